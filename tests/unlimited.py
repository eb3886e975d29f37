"""What a gateway is told that takes whatever comes, as fast as it comes: for tests and measurements of other things."""

WITHOUT_LIMITS = {
    "AID_LIMIT_CLIENT_JOBS": "0",
    "AID_LIMIT_CLIENT_CHANGES": "0",
    "AID_LIMIT_CLIENT_REQUESTS": "0",
    "AID_LIMIT_CLIENT_STREAMS": "0",
    "AID_LIMIT_ADDRESS_HOUR": "0",
    "AID_LIMIT_ADDRESS_DAY": "0",
    "AID_LIMIT_ADDRESS_ACTIVE": "0",
    "AID_LIMIT_ADDRESS_AHEAD": "0",
    "AID_LIMIT_DOMAIN_HOUR": "0",
    "AID_LIMIT_SITE_HOUR": "0",
}

import resource

from services.gateway.web.serving import allow_all_sockets


def test_the_gateway_may_have_as_many_connections_as_the_system_allows() -> None:
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    most = min(before[1], 65_536)
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (most // 2, before[1]))

        allow_all_sockets()

        assert resource.getrlimit(resource.RLIMIT_NOFILE) == (before[1], before[1])
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, before)

"""What the services' own builders want to be told; the servers named here are never asked."""

from services.packager.settings import Settings as PackagerSettings
from services.scraper.settings import Settings as ScraperSettings

NOWHERE = {"kafka_url": "kafka.test:9092", "cassandra_hosts": "cassandra.test:9042"}

SCRAPER = ScraperSettings.model_validate(
    {**NOWHERE, "selenium_url": "http://selenium.test", "search_slots": 2, "spares": 0.5}
)
PACKAGER = PackagerSettings.model_validate({**NOWHERE, "archives": "file:///nowhere", "pack_slots": 2})

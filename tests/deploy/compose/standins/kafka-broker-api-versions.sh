#!/venv/bin/python
"""Asks a broker what it can, as Kafka's own command of this name does; `--bootstrap-server host:port`."""

import sys

from kafka import KafkaAdminClient

admin = KafkaAdminClient(bootstrap_servers=sys.argv[sys.argv.index("--bootstrap-server") + 1], request_timeout_ms=5_000)
print(admin.describe_cluster())
admin.close()

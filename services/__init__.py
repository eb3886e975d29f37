"""The five services. Each is started by `python -m services.<name>` and imports only `shared`."""

from shared.schema import TABLES, statements
from shared.topics import ALL, FLOW, dead_letters


def test_every_statement_creates_only_what_is_absent_in_the_keyspace_asked() -> None:
    keyspace, *tables = statements("aid_test", 3)

    assert keyspace.startswith("CREATE KEYSPACE IF NOT EXISTS aid_test WITH")
    assert "'replication_factor': 3" in keyspace
    assert len(tables) == len(TABLES)
    for name, statement in zip(TABLES, tables, strict=True):
        assert statement.startswith(f"CREATE TABLE IF NOT EXISTS aid_test.{name} (")


def test_only_one_table_has_a_column_for_addresses() -> None:
    assert [name for name, columns in TABLES.items() if " address text" in columns] == ["recipients"]


def test_topics_are_named_apart_and_dead_letters_keep_their_order() -> None:
    names = [topic.name for topic in ALL]

    assert len(set(names)) == len(names)
    assert all(name.endswith(".v1") and "_" not in name for name in names[: len(FLOW)])
    assert dead_letters("packager") in ALL
    assert dead_letters("packager").one_partition

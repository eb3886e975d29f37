from services.gateway.asking.zones import UTC, zone_label, zones_by_region
from shared.zones import is_zone


def test_every_zone_on_offer_is_one_that_a_form_may_name() -> None:
    names = [name for zones in zones_by_region().values() for name, _ in zones]

    assert all(is_zone(name) for name in names)
    assert len(set(names)) == len(names) > 400


def test_zones_stand_by_region_under_the_name_of_their_place() -> None:
    regions = zones_by_region()

    assert next(iter(regions)) == UTC
    assert ("Europe/Berlin", "Berlin") in regions["Europe"]
    assert ("America/Argentina/Buenos_Aires", "Buenos Aires, Argentina") in regions["America"]
    assert list(regions["Asia"]) == sorted(regions["Asia"], key=lambda zone: zone[1])


def test_a_zone_goes_by_the_same_name_wherever_it_is_shown() -> None:
    listed = [zone for zones in zones_by_region().values() for zone in zones]

    assert all(zone_label(name) == label for name, label in listed)

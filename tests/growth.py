"""How much the metrics of this process have grown. What is not there at all has no growth: KeyError."""

from prometheus_client import REGISTRY

Sample = tuple[str, frozenset[tuple[str, str]]]


class Growth:
    def __init__(self) -> None:
        self._before = _samples()

    def of(self, name: str, **labels: str) -> float:
        sample = name, frozenset(labels.items())
        return _samples()[sample] - self._before.get(sample, 0)

    def all_of(self, name: str) -> dict[str, float]:
        """What has grown, by the values of its labels in the order of their names."""
        grown = {
            " ".join(value for _, value in sorted(labels)): value - self._before.get((each, labels), 0)
            for (each, labels), value in _samples().items()
            if each == name
        }
        return {labels: by for labels, by in grown.items() if by}


def now(name: str, **labels: str) -> float | None:
    """A sample as it is; None when there is none."""
    return REGISTRY.get_sample_value(name, labels)


def _samples() -> dict[Sample, float]:
    return {
        (sample.name, frozenset(sample.labels.items())): sample.value
        for family in REGISTRY.collect()
        for sample in family.samples
    }

"""What is there, and what is said to be: against this every reference is looked up."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from k8s.checks.pods import PodTemplate, pods_of, selects

Fields = Mapping[str, Any]
Key = tuple[str, str | None, str]
"""Kind, namespace and name."""


@dataclass(frozen=True, order=True, kw_only=True)
class External:
    """An object that these manifests use and do not make: by the cluster, another chart, or a person.

    namespace left out: the kind has none. why: who makes it.
    """

    kind: str
    name: str
    namespace: str | None = None
    why: str

    def __str__(self) -> str:
        return title_of(self.kind, self.namespace, self.name)


class Known:
    """`manifests`, and `pods`: their templates."""

    def __init__(self, manifests: Sequence[Fields], externals: Collection[External]) -> None:
        self.manifests = manifests
        self.pods = pods_of(manifests)
        self._externals = {(each.kind, each.namespace, each.name): each for each in externals}
        self._used: set[Key] = set()
        self._objects = {key_of(each): each for each in manifests}
        self._keys = _secret_and_config_keys(manifests)
        self._claims = _claims_of_stateful_sets(manifests)

    def find(self, kind: str, namespace: str | None, name: str) -> Fields | None:
        """The manifest of that identity."""
        return self._objects.get((kind, namespace, name))

    def needs(self, kind: str, namespace: str | None, name: str) -> Iterator[str]:
        key = (kind, namespace, name)
        self._used.add(key)
        made_otherwise = (
            kind == "PersistentVolumeClaim" and (namespace, name) in self._claims
        ) or key in self._keys
        if key not in self._objects and key not in self._externals and not made_otherwise:
            yield f"names {title_of(*key)}, which is not there"

    def needs_key(self, kind: str, namespace: str, reference: Fields, key: str) -> Iterator[str]:
        if reference.get("optional"):
            return
        name = reference["name"] if "name" in reference else reference["secretName"]
        yield from self.needs(kind, namespace, name)
        keys = self._keys.get((kind, namespace, name))
        if keys is not None and key not in keys:
            yield f"names the key {key} of {title_of(kind, namespace, name)}, which has {', '.join(sorted(keys))}"

    def selected(self, selector: Fields | None, namespace: str) -> list[PodTemplate]:
        return [pod for pod in self.pods if pod.namespace == namespace and selects(selector, pod.labels)]

    def unused_externals(self) -> Iterator[str]:
        for key, external in self._externals.items():
            if key in self._objects:
                yield f"{external} is declared external, and a manifest makes it"
            elif key not in self._used:
                yield f"{external} is declared external, and nothing names it"


def _secret_and_config_keys(manifests: Sequence[Fields]) -> dict[Key, set[str]]:
    """Keys of every Secret and ConfigMap, by kind, namespace and name; several objects may fill one Secret."""
    keys: dict[Key, set[str]] = defaultdict(set)
    for manifest in manifests:
        about = manifest["metadata"]
        if manifest["kind"] in ("Secret", "ConfigMap"):
            for field in ("data", "stringData", "binaryData"):
                keys[manifest["kind"], about["namespace"], about["name"]] |= set(manifest.get(field, {}))
        elif manifest["kind"] == "ExternalSecret":
            spec = manifest["spec"]
            name = spec.get("target", {}).get("name", about["name"])
            template = spec.get("target", {}).get("template", {}).get("data", {})
            made = {each["secretKey"] for each in spec.get("data", [])}
            keys["Secret", about["namespace"], name] |= set(template) or made
    return dict(keys)


def _claims_of_stateful_sets(manifests: Sequence[Fields]) -> set[tuple[str, str]]:
    return {
        (each["metadata"]["namespace"], f"{claim['metadata']['name']}-{each['metadata']['name']}-{number}")
        for each in manifests
        if each["kind"] == "StatefulSet"
        for claim in each["spec"].get("volumeClaimTemplates", [])
        for number in range(each["spec"].get("replicas", 1))
    }


def key_of(manifest: Fields) -> Key:
    about = manifest["metadata"]
    return manifest["kind"], about.get("namespace"), about["name"]


def title_of(kind: str, namespace: str | None, name: str) -> str:
    return f"{kind} {namespace}/{name}" if namespace else f"{kind} {name}"

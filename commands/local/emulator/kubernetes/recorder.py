"""Does what kubectl and Helm would do to a cluster, on a record of it: order, references and what waits are real.

- An object is taken when Kubernetes knows its kind by then, its fields are right and what it names is there.
- What would wait until the time of the deployment is over is refused at once: a load balancer without its controller, a
  claim that pods still use, a chart without nodes.
- Nothing runs. A Deployment is ready when it is applied, a Secret of an ExternalSecret is there with it.
"""

import copy
import json
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any, Protocol

from commands import immutable
from commands.local.emulator.kubernetes import definitions, references
from commands.local.emulator.kubernetes.chart_claims import claims_of
from commands.local.emulator.kubernetes.definitions import ADDONS, CHARTS, Definition, Manifest
from commands.local.emulator.kubernetes.record import Applied, Key, Record, Release
from commands.local.emulator.kubernetes.schemas import CLUSTER_SCOPED, UnknownKind
from k8s.checks.known import External, key_of, title_of
from k8s.checks.pods import pods_of

LARGEST_ANNOTATION = 262_144
"""Bytes; `kubectl apply` keeps the object once more in an annotation."""
HELM = "Helm"
EBS = "ebs.csi.aws.com"


class Refused(Exception):
    """What kubectl or Helm would say, or what they would wait for in vain."""


class Api(Protocol):
    """What stands behind kinds of Kubernetes itself: their schemas, or an API server.

    `name`: what it is, for people.
    """

    name: str

    def check(self, manifest: Manifest) -> str | None:
        """What is wrong with the object; raises `UnknownKind`."""

    def apply(self, manifest: Manifest) -> None:
        """Keep it."""

    def delete(self, manifest: Manifest) -> None:
        """Keep it no longer."""


class Recorder:
    """One cluster's. Every method does all that it is asked, or raises `Refused` and leaves the record as it was."""

    def __init__(
        self,
        record: Record,
        api: Api,
        *,
        addons: Collection[str] = (),
        nodes: int = 1,
        identities: Collection[tuple[str, str]] = (),
    ) -> None:
        """What the cluster has now: `addons` by name, the number of `nodes`, `identities` by namespace and account."""
        self.record, self._api, self._addons, self._nodes = record, api, addons, nodes
        self._identities = identities

    def apply(self, manifests: Sequence[Manifest], *, owner: str, must_be_new: bool = False) -> None:
        """`kubectl apply`, or with `must_be_new` `kubectl create`."""
        whole, told = copy.copy(self.record.objects), []
        for given in manifests:
            manifest = self._normalized(given)
            key = key_of(manifest)
            before = whole.get(key)
            if before and must_be_new:
                raise Refused(f"{title_of(*key)} already exists")
            if before and (why := immutable.refused(before.manifest, _without_values(manifest))):
                raise Refused(f"{title_of(*key)} is invalid: {why}; delete it first")
            self._check(manifest, [each.manifest for each in whole.values()])
            if not self._is_custom(manifest):
                self._api.apply(manifest)
            whole[key] = Applied(manifest=_without_values(manifest), owner=owner)
            whole |= {
                claim: made for claim, made in _claims(manifest, title_of(*key)).items() if claim not in whole
            }
            told.append(f"{'changed' if before else 'made'} {title_of(*key)}")
        self.record.tell(*told)
        self._keep(whole)

    def replace(
        self, before: Sequence[Manifest], after: Sequence[Manifest], *, owner: str, prune: bool
    ) -> None:
        """What an update does: apply the new; the objects that are no longer named go with `prune` alone."""
        self.apply(after, owner=owner)
        named = {key_of(self._normalized(each)) for each in after}
        gone = [each for each in before if key_of(self._normalized(each)) not in named]
        if prune:
            self.delete(gone, owner=owner)
            return
        for each in gone:
            self.record.tell(
                f"left {_title(self._normalized(each))}: an update without prune deletes nothing"
            )

    def delete(self, manifests: Sequence[Manifest], *, owner: str) -> None:
        """`kubectl delete`, which waits for finalizers; what is not there is no failure."""
        whole = copy.copy(self.record.objects)
        gone: dict[Key, Applied] = {}
        for given in manifests:
            key = key_of(self._normalized(given))
            if key in whole:
                gone |= {each: whole.pop(each) for each in _with_contents(key, whole)}
        for key, applied in gone.items():
            self._check_deletion(key, applied.manifest, [each.manifest for each in whole.values()])
        for key, applied in reversed(gone.items()):  # what is in a namespace, then the namespace
            if not self._is_custom(applied.manifest):
                self._api.delete(applied.manifest)
            if key[0] == "PersistentVolumeClaim" and self._is_retained(applied.manifest):
                self.record.keep_volume(applied.manifest, why="its storage class retains it")
            stranger = applied.owner not in (owner, HELM) and key[0] != "PersistentVolumeClaim"
            note = f", which {applied.owner} had applied" if stranger else ""
            self.record.tell(f"deleted {title_of(*key)}{note}")
            if key[0] == "Namespace":
                self._forget_releases(key[2])
        self._keep(whole)

    def install(self, release: Release, *, makes_namespace: bool, waits: bool) -> None:
        """`helm upgrade --install`."""
        namespace: Key = ("Namespace", None, release.namespace)
        is_there = namespace in self.record.objects or release.namespace in references.NAMESPACES
        if not is_there and not makes_namespace:
            raise Refused(f"release {release.name}: {title_of(*namespace)} is not there")
        if waits and not self._nodes:
            raise Refused(f"release {release.name}: its pods wait for a node, and the cluster has none")
        for other in self.record.releases.values():
            if (other.name, other.chart) == (
                release.name,
                release.chart,
            ) and other.namespace != release.namespace:
                raise Refused(
                    f"release {release.name}: what its chart has for the whole cluster cannot be imported into the "
                    f"current release: invalid ownership metadata: meta.helm.sh/release-namespace must equal "
                    f'"{release.namespace}": current value is "{other.namespace}"'
                )
        account = str((release.values.get("serviceAccount") or {}).get("name", release.name))
        brought = CHARTS.get(release.chart)
        if brought and brought.calls_aws and (release.namespace, account) not in self._identities:
            raise Refused(
                f"release {release.name}: its pods get no credentials; associate a role with service account "
                f"{release.namespace}/{account} first"
            )
        made = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": release.namespace}}
        claims = [each for each in claims_of(release) if key_of(each) not in self.record.objects]
        self.apply([*([] if is_there else [made]), *claims], owner=HELM)
        self.record.releases[_release(release.namespace, release.name)] = release
        self.record.tell(f"installed {release.chart} {release.version or ''} as {release.name}")
        self._keep(self.record.objects)

    def uninstall(self, *, name: str, namespace: str) -> None:
        """`helm uninstall`; raises `Refused` while objects are there that only this chart's controller lets go."""
        release = self.record.releases.get(_release(namespace, name))
        if release is None:
            return
        brought = CHARTS.get(release.chart)
        there = self.record.manifests
        held = [each for each in there if brought and brought.holds(each, there)]
        if held:
            raise Refused(
                f"release {name} would go before {', '.join(map(_title, held))}, whose deletion then waits for ever: "
                "let them depend on the chart"
            )
        del self.record.releases[_release(namespace, name)]
        self.record.tell(f"uninstalled {name}")
        if left := [_title(each) for each in there if self._is_of(each, brought)]:
            self.record.tell(f"left without their controller: {', '.join(left)}")
        self._keep(self.record.objects)

    def leave_no_volume(self) -> None:
        """What deletes the volumes that claims have left; raises `Refused` while a claim still holds one."""
        holding = [
            _title(each)
            for each in self.record.manifests
            if each["kind"] == "PersistentVolumeClaim"
            and any(found["provisioner"] == EBS for found in self._classes(each))
        ]
        if holding:
            raise Refused(
                f"the volumes of {', '.join(holding)} would be waited for in vain: let the namespaces of these claims "
                "depend on what waits"
            )
        self.record.volumes.clear()

    def _keep(self, objects: dict[Key, Applied]) -> None:
        self.record.objects, self.record.checked_by = objects, self._api.name
        self.record.open_ends = references.open_ends(self.record.manifests, self._externals())

    def _check(self, manifest: Manifest, there: Sequence[Manifest]) -> None:
        title = _title(manifest)
        if (size := len(json.dumps(manifest, separators=(",", ":")))) > LARGEST_ANNOTATION:
            raise Refused(
                f"{title} has {size} bytes; metadata.annotations takes {LARGEST_ANNOTATION} at most"
            )
        if not self._is_custom(manifest):
            try:
                wrong = self._api.check(manifest)
            except UnknownKind:
                raise Refused(f"{title}: {self._no_such_kind(manifest)}") from None
            if wrong:
                raise Refused(f"{title} is invalid: {wrong}")
        if lines := references.missing(manifest, there, self._externals()):
            raise Refused(f"{title} {'; '.join(lines)}")
        for chart, brought in CHARTS.items():
            if brought.holds(manifest, there) and not self._runs(chart):
                raise Refused(f"{title} waits for a controller that is not there: install {chart} first")

    def _check_deletion(self, key: Key, manifest: Manifest, rest: Sequence[Manifest]) -> None:
        title = title_of(*key)
        for chart, brought in CHARTS.items():
            if brought.holds(manifest, rest) and not self._runs(chart):
                raise Refused(f"{title} would wait for ever: release {chart} is gone, which had to let it go")
        if users := list(_users(key, rest)):
            raise Refused(f"{title} would wait for ever: {', '.join(users)} still uses it; delete that first")

    def _is_retained(self, claim: Manifest) -> bool:
        return any(each.get("reclaimPolicy") == "Retain" for each in self._classes(claim))

    def _classes(self, claim: Manifest) -> list[Manifest]:
        """The class that the claim names, or the default one; none where it is not there."""
        found = self.record.objects.get(("StorageClass", None, claim["spec"].get("storageClassName", "")))
        return [found.manifest] if found else [*filter(references.is_default_class, self.record.manifests)]

    def _runs(self, chart: str) -> bool:
        return any(each.chart == chart for each in self.record.releases.values())

    def _definitions(self) -> Iterator[Definition]:
        for release in self.record.releases.values():
            if release.chart in CHARTS:
                yield from CHARTS[release.chart].definitions
        for name in self._addons:
            if name in ADDONS:
                yield from ADDONS[name].definitions
        for manifest in self.record.manifests:
            if manifest["kind"] == "CustomResourceDefinition":
                yield definitions.of_manifest(manifest)

    def _definition(self, manifest: Manifest) -> Definition | None:
        group, version = _group(manifest)
        for each in self._definitions():
            if (each.kind, each.group) == (manifest["kind"], group) and version in each.versions:
                return each
        return None

    def _is_custom(self, manifest: Manifest) -> bool:
        return self._definition(manifest) is not None

    def _is_of(self, manifest: Manifest, brought: definitions.Brought | None) -> bool:
        group, _ = _group(manifest)
        return any(
            (each.kind, each.group) == (manifest["kind"], group)
            for each in (brought.definitions if brought else ())
        )

    def _no_such_kind(self, manifest: Manifest) -> str:
        source = definitions.brings(manifest["kind"], _group(manifest)[0])
        remedy = f"install {source} first" if source else "apply its CustomResourceDefinition first"
        return f'no matches for kind "{manifest["kind"]}" in version "{manifest["apiVersion"]}"; {remedy}'

    def _externals(self) -> list[External]:
        """What charts made and manifests name."""
        found = {
            brought.ingress_class
            for each in self.record.releases.values()
            if (brought := CHARTS.get(each.chart)) and brought.ingress_class
        }
        return [External(kind="IngressClass", name=name, why="of a chart") for name in sorted(found)]

    def _normalized(self, manifest: Manifest) -> dict[str, Any]:
        """As the API server keeps it: a kind with namespaces is in one."""
        for field in ("apiVersion", "kind"):
            if not manifest.get(field):
                raise Refused(f"error validating data: {field} not set")
        about = dict(manifest.get("metadata") or {})
        if not about.get("name"):
            raise Refused(f"{manifest['kind']}: resource name may not be empty")
        definition = self._definition(manifest)
        namespaced = definition.namespaced if definition else manifest["kind"] not in CLUSTER_SCOPED
        if namespaced:
            about.setdefault("namespace", "default")
        else:
            about.pop("namespace", None)
        return {**manifest, "metadata": about}

    def _forget_releases(self, namespace: str) -> None:
        for name, release in list(self.record.releases.items()):
            if release.namespace == namespace:
                del self.record.releases[name]
                self.record.tell(f"deleted release {release.name} with its namespace")


def _release(namespace: str, name: str) -> str:
    return f"{namespace}/{name}"


def _group(manifest: Manifest) -> tuple[str, str]:
    group, _, version = manifest["apiVersion"].rpartition("/")
    return group, version


def _title(manifest: Manifest) -> str:
    return title_of(*key_of(manifest))


def _with_contents(key: Key, objects: Iterable[Key]) -> list[Key]:
    """The object, and for a namespace what is in it."""
    kind, _, name = key
    return [key, *(each for each in objects if kind == "Namespace" and each[1] == name)]


def _users(key: Key, rest: Sequence[Manifest]) -> Iterator[str]:
    """Whose pods use a claim."""
    kind, namespace, name = key
    if kind != "PersistentVolumeClaim":
        return
    for pod in pods_of(rest):
        volumes = pod.spec.get("volumes", [])
        if pod.namespace == namespace and any(
            volume.get("persistentVolumeClaim", {}).get("claimName") == name for volume in volumes
        ):
            yield str(pod)


def _claims(manifest: Manifest, owner: str) -> dict[Key, Applied]:
    """What a StatefulSet's controller makes, and nobody deletes with it."""
    if manifest["kind"] != "StatefulSet":
        return {}
    about, spec = manifest["metadata"], manifest["spec"]
    made: dict[Key, Applied] = {}
    for template in spec.get("volumeClaimTemplates", ()):
        for number in range(int(spec.get("replicas", 1))):
            name = f"{template['metadata']['name']}-{about['name']}-{number}"
            claim = {
                "apiVersion": "v1",
                "kind": "PersistentVolumeClaim",
                "metadata": {"name": name, "namespace": about["namespace"]},
                "spec": template["spec"],
            }
            made[key_of(claim)] = Applied(manifest=claim, owner=owner)
    return made


def _without_values(manifest: Manifest) -> Mapping[str, Any]:
    """A Secret's keys are enough for a record."""
    if manifest["kind"] != "Secret":
        return manifest
    return {
        **manifest,
        **{
            field: dict.fromkeys(manifest[field], "") for field in ("data", "stringData") if field in manifest
        },
    }

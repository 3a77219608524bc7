"""The losses of data in a change: each with what goes with it because it is there for nothing else."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from commands.diff.accepted import WHOLE, Accepted
from commands.diff.changes import DeploymentChange, ResourceChange

LEADERS = ("AWS::DocDB::DBCluster", "AWS::EKS::Cluster", "AWS::Neptune::DBCluster", "AWS::RDS::DBCluster")
FOLLOWERS = {
    "AWS::DocDB::DBInstance": "DBClusterIdentifier",
    "AWS::Logs::LogGroup": "LogGroupName",
    "AWS::Neptune::DBInstance": "DBClusterIdentifier",
    "AWS::RDS::DBInstance": "DBClusterIdentifier",
    "AWS::SecretsManager::Secret": "GenerateSecretString",
}
"""By its type, the property by which a resource belongs to a cluster, without which it is of no use."""
NAMED = 5
"""How many addresses a line names before it counts."""


@dataclass(frozen=True, kw_only=True)
class Loss:
    """One loss, in words; `followers` are the addresses that go with it and need no word of their own."""

    deployment: str
    address: str
    says: str
    followers: tuple[str, ...] = ()

    def matches(self, entry: Accepted) -> bool:
        """Whether the entry speaks of it."""
        return (self.deployment, self.address) == (entry.deployment, entry.address)


def losses(change: DeploymentChange) -> Iterator[Loss]:
    """What a deployment loses; one that is gone loses all of it at once."""
    holding = [each for each in change.resources if each.loses_data]
    objects = [each for each in change.manifests if each.lost]
    if change.is_gone:
        if every := [*(each.address for each in holding), *(each.address for each in objects)]:
            says = f"{change.deployment}: is gone, and with it what holds data: {listed(every)}"
            yield Loss(deployment=change.deployment, address=WHOLE, says=says)
        return
    leaders = {each.address for each in holding if each.kind in LEADERS}
    led = {each.address: leader for each in holding if (leader := _leader(each, leaders))}
    for each in holding:
        if each.address not in led:
            followers = tuple(address for address, leader in led.items() if leader == each.address)
            says = f"{change.deployment}: {_said(each)}"
            if followers:
                says += f"; with it go {listed(followers)}"
            yield Loss(deployment=change.deployment, address=each.address, says=says, followers=followers)
    for item in objects:
        says = f"{change.deployment}: {item.address} is {item.impact}, {item.lost}"
        yield Loss(deployment=change.deployment, address=item.address, says=says)


def listed(found: Collection[str]) -> str:
    """The first of them, and how many more there are."""
    named = list(found)
    more = f" and {len(named) - NAMED} more" if len(named) > NAMED else ""
    return f"{', '.join(named[:NAMED])}{more}"


def _said(each: ResourceChange) -> str:
    if each.lost:
        return f"{each.address} ({each.kind}) holds data: {each.lost}"
    says = f"{each.address} ({each.kind}) holds data and would be {each.impact}"
    causes = [cause.property for cause in each.causes if cause.is_certain]
    return f"{says} by {', '.join(causes)}" if causes else says


def _leader(each: ResourceChange, leaders: Collection[str]) -> str | None:
    """The lost cluster that it belongs to, where that alone is why it is lost, and no log is deleted with it."""
    belongs = FOLLOWERS.get(each.kind)
    causes = [cause for cause in each.causes if cause.because or cause.is_certain]
    if belongs is None or [cause.property for cause in causes] != [belongs]:
        return None
    if any(difference.path.startswith(belongs) for difference in each.differences):
        return None
    if each.kind == "AWS::Logs::LogGroup" and each.kept is None:
        return None
    because = causes[0].because
    return because[0] if len(because) == 1 and because[0] in leaders else None

"""Whose credentials they are, and whether the region is the file's and enabled."""

from collections.abc import Iterator

from commands.account.reading import Account, usual_region
from commands.preflight.findings import Finding, failed, ok, warning
from commands.preflight.needs import Needs
from commands.preflight.run import Check

ENABLED = ("opt-in-not-required", "opted-in")


def credentials(account: Account, _: Needs) -> Iterator[Finding]:
    """Whose they are; those of another account than the file's do not come this far."""
    name, arn = "credentials", str(account.identity["Arn"])
    if arn.endswith(":root"):
        yield warning(name, f"are those of the root user of {account.id}", "sign in with a role")
    else:
        yield ok(name, f"account {account.id}, {arn.rpartition(':')[2]}")


def region(account: Account, needs: Needs) -> Iterator[Finding]:
    """The region is the one that the file names, and the account has it."""
    name, wanted = "region", needs.settings.region
    usual = usual_region(account.session)
    if wanted is not None and wanted != account.region:
        found = f"{account.region} is looked at, and the deployment file names {wanted}"
        yield failed(name, found, f"leave the region out, or give {wanted}")
        return
    described = account.read(
        "ec2", "describe_regions", region=account.home, RegionNames=[account.region], AllRegions=True
    )
    status = described["Regions"][0]["OptInStatus"]
    if status not in ENABLED:
        remedy = f"aws account enable-region --region-name {account.region}, and wait for some minutes"
        yield failed(name, f"{account.region} is not enabled in the account", remedy)
    elif wanted is not None and usual not in (None, wanted):
        found = f"{wanted}, from the deployment file; the environment's is {usual}"
        yield warning(name, found, f"give --region {wanted} to the AWS CLI; cdk deploy takes the file's")
    else:
        yield ok(name, account.region)


CHECKS = (Check("credentials", credentials), Check("region", region))

"""Every check, in the order in which its lines are printed."""

from commands.preflight.checks import (
    certificates,
    engines,
    given_routes,
    given_secrets,
    given_stores,
    given_vpc,
    hosted_zones,
    identity,
    machines,
    mail,
    models,
    names,
    quotas,
    regional,
    roles,
    secret_versions,
    stack,
    zones,
)
from commands.preflight.run import Check

CHECKS: tuple[Check, ...] = (
    *identity.CHECKS,
    *stack.CHECKS,
    *zones.CHECKS,
    *given_vpc.CHECKS,
    *given_routes.CHECKS,
    *certificates.CHECKS,
    *hosted_zones.CHECKS,
    *names.CHECKS,
    *given_secrets.CHECKS,
    *given_stores.CHECKS,
    *secret_versions.CHECKS,
    *engines.CHECKS,
    *regional.CHECKS,
    *machines.CHECKS,
    *models.CHECKS,
    *mail.CHECKS,
    *roles.CHECKS,
    *quotas.CHECKS,
)

"""Secrets that External Secrets fills from AWS Secrets Manager, known here by name alone."""

from collections.abc import Mapping
from dataclasses import dataclass

from constructs import Construct

from k8s.component import Component
from k8s.objects import PlainObject

API_VERSION = "external-secrets.io/v1"


class SecretStore(PlainObject):
    """Secrets Manager of one region, read with the Pod Identity of the External Secrets controller; `object_name`."""

    def __init__(self, scope: Construct, *, component: Component, region: str) -> None:
        self.object_name = component.name
        super().__init__(
            scope,
            api_version=API_VERSION,
            kind="SecretStore",
            component=component,
            fields={"spec": {"provider": {"aws": {"service": "SecretsManager", "region": region}}}},
        )


@dataclass(frozen=True, kw_only=True)
class Remote:
    """One value in Secrets Manager. key left out: the whole text of the secret."""

    secret: str
    key: str | None = None


class ExternalSecret(PlainObject):
    """`object_name`: of the Secret that it makes."""

    def __init__(
        self,
        scope: Construct,
        *,
        component: Component,
        store: SecretStore,
        keys: Mapping[str, Remote],
        refresh_minutes: int = 60,
        name: str | None = None,
    ) -> None:
        """
        Args:
            component: Whose Secret it is.
            store: Where the values stand.
            keys: Where the value of each key of the Secret stands.
            refresh_minutes: So long until a changed value is in the Secret.
            name: Left out: the component's.
        """
        self.object_name = name or component.name
        data = [
            {
                "secretKey": key,
                "remoteRef": {
                    "key": remote.secret,
                    **({"property": remote.key} if remote.key is not None else {}),
                },
            }
            for key, remote in keys.items()
        ]
        super().__init__(
            scope,
            api_version=API_VERSION,
            kind="ExternalSecret",
            component=component,
            name=name,
            fields={
                "spec": {
                    "refreshInterval": f"{refresh_minutes}m",
                    "secretStoreRef": {"kind": "SecretStore", "name": store.object_name},
                    # the Secret outlives an outage of the store and goes with this object
                    "target": {
                        "name": self.object_name,
                        "creationPolicy": "Owner",
                        "deletionPolicy": "Retain",
                    },
                    "data": data,
                }
            },
        )

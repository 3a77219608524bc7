"""Configuration that pods read, and that rolls them when it changes."""

import hashlib
import json
from collections.abc import Mapping

from cdk8s_plus_27 import k8s
from constructs import Construct

from k8s.component import Component
from k8s.objects import construct_id, metadata


class ConfigMap(k8s.KubeConfigMap):
    """`checksum`: of the content; a pod that mounts or reads the map carries it, so that a change rolls the pods."""

    def __init__(
        self,
        scope: Construct,
        *,
        component: Component,
        data: Mapping[str, str],
        name: str | None = None,
        labels: Mapping[str, str] | None = None,
    ) -> None:
        """
        Args:
            component: Whose configuration it is.
            data: Text by key; a key that is mounted is a file name.
            name: Left out: the component's.
            labels: Beside the recommended ones, such as `grafana_dashboard` for a dashboard.
        """
        super().__init__(
            scope,
            construct_id("ConfigMap", component, name),
            metadata=metadata(component, name, labels=labels),
            data=dict(data),
        )
        self.object_name = name or component.name
        self.checksum = hashlib.sha256(json.dumps(dict(data), sort_keys=True).encode()).hexdigest()[:16]

"""Kubernetes manifests: building blocks first, then a package per system. No CDK token enters."""

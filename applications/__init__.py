"""What the applications read, listen on and answer, for ECS and Kubernetes alike."""

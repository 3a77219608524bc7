"""What rendered manifests must hold, read from the manifests alone; nothing here knows how they were made."""

"""The bundled examples, one folder a domain: what `opskit demo` runs on."""

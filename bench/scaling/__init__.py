"""What a second and a third process of a service bring, while the rest of the system stays as it is."""

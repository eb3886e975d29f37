"""What the gateway does about jobs: accepts them, looks at them, passes on what is asked of them."""

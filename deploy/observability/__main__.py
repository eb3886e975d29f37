"""`python -m deploy.observability`: write the dashboards, and the rules as Kubernetes wants them."""

from deploy.observability.files import made

if __name__ == "__main__":
    for path, text in made().items():
        path.write_text(text)

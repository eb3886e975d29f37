"""A local site that stands for an image search engine and the hosts its pictures lie on; see ``site.PictureWeb``."""

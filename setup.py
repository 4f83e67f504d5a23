"""What goes into an installed HearWhy besides what pyproject.toml says: the resources, as data.

`resources/` and the guide lie beside `core/` in a checkout, and below `hearwhy_data` where HearWhy
is installed (`core/resources.py`).
"""

from setuptools import find_packages, setup

DATA = {"hearwhy_data.resources": "resources", "hearwhy_data.docs": "docs"}

setup(
    py_modules=["main"],
    packages=[*find_packages(include=["app*", "core*", "ui*"]), *DATA],
    package_dir=DATA,
    include_package_data=False,  # else what an earlier build listed would count as well
    package_data={
        "hearwhy_data.resources": ["**/*"],
        "hearwhy_data.docs": ["guide.md", "pictures/*"],
    },
)

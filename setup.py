"""Requirements of the package, and the files that MIM looks for in it."""
import shutil
from pathlib import Path

from setuptools import setup
from setuptools.command.build_py import build_py

REQUIRED = [
    # torch.load reads weights only by default since 2.6.
    'torch>=2.6',
    'mmengine>=0.10.7,<1',
    'mmaction2>=1.2.0,<1.3',
    'decord>=0.6.0',
    'av>=12',
    'numpy',
    'packaging',
    # MMEngine and mim import pkg_resources, which later releases lack.
    'setuptools>=77.0.3,<81',
]

EXTRAS = {
    # Either mmcv or mmcv-lite is needed. It stands in an extra, because
    # mmcv-lite would overwrite the files of a full mmcv that is there.
    'lite': ['mmcv-lite>=2.1.0,<2.2'],
    'mmpretrain': ['mmpretrain>=1.2.0,<1.3', 'torchvision'],
    # Later releases of openxlab pin setuptools 60.
    'mim': ['openmim>=0.3.9', 'openxlab<0.0.12'],
    # moviepy 2 has no moviepy.editor, which MMAction2's visualiser imports.
    'vis': ['moviepy>=1.0.3,<2'],
    # tools/export_model.py
    'export': ['onnx>=1.17', 'onnxruntime>=1.20', 'onnxscript>=0.5'],
    'tests': ['pytest', 'pytest-xdist', 'tensorboard'],
}
# For those who have mmcv; pip has no way to look whether it is there.
EXTRAS['addons'] = [line for extra, lines in EXTRAS.items() for line in lines
                    if extra != 'lite']
EXTRAS['all'] = EXTRAS['lite'] + EXTRAS['addons']

MIM_FILES = ('tools', 'configs', 'model-index.yml', 'dataset-index.yml')


class BuildWithMim(build_py):
    """Build the package with ``.mim``, where MIM finds tools and configs.

    The files are copied into the build folder, never into the sources. An
    editable installation gets files that lead to the sources instead.
    """

    def run(self) -> None:
        if self.editable_mode:
            super().run()
            self.lead_to_sources()
            return
        # An earlier build may have left files that are gone by now.
        shutil.rmtree(self.build_lib, ignore_errors=True)
        super().run()
        target = Path(self.build_lib, 'mmaction_sampler', '.mim')
        target.mkdir(parents=True)
        for name in MIM_FILES:
            source = Path(__file__).resolve().parent / name
            if source.is_dir():
                shutil.copytree(
                    source,
                    target / name,
                    ignore=shutil.ignore_patterns('__pycache__', '*.pyc'))
            elif source.is_file():
                shutil.copy2(source, target / name)
        tell_official_configs_apart(target)

    def lead_to_sources(self) -> None:
        """Write ``.mim`` beside the link of an editable installation.

        MIM looks for the package in site-packages, where such an
        installation has nothing but a path to the sources. A folder without
        ``__init__.py`` does not hide the package that this path leads to.
        """
        root = Path(__file__).resolve().parent
        install_lib = self.get_finalized_command('install').install_lib
        target = Path(install_lib, 'mmaction_sampler', '.mim')
        for source in (root / 'tools').glob('*.py'):
            script = target / 'tools' / source.name
            script.parent.mkdir(parents=True, exist_ok=True)
            script.write_text('import runpy\n'
                              f'runpy.run_path({str(source)!r}, '
                              "run_name='__main__')\n")
        for source in (root / 'configs').rglob('*.py'):
            config = target / source.relative_to(root)
            config.parent.mkdir(parents=True, exist_ok=True)
            config.write_text(f'_base_ = {str(source)!r}\n')
        tell_official_configs_apart(target)
        index = (root / 'model-index.yml').read_text()
        (target / 'model-index.yml').write_text(
            index.replace('- configs/', f'- {root}/configs/'))


def tell_official_configs_apart(mim_folder: Path) -> None:
    """Let no two configs below ``.mim`` have one name.

    MIM looks a config up by its bare name anywhere below the package and
    refuses two. ``configs/official`` has namesakes of the plain aliases.
    """
    for path in sorted((mim_folder / 'configs' / 'official').glob('*.py')):
        path.rename(path.with_name(f'official_{path.name}'))


setup(
    # Named, so that an editable installation is a plain path entry.
    package_dir={'': '.'},
    install_requires=REQUIRED,
    extras_require=EXTRAS,
    cmdclass={'build_py': BuildWithMim})

"""Turn an authors' released checkpoint into one that our config loads.

Every tensor of the authors' file gets the name that it has in the model of a
config in configs/official; the variant is told from the file's keys. What is
written loads there with no missing and no unexpected key.
"""
import argparse
import sys
from typing import List, Optional

from mmaction_sampler.apis.official import CONVERTERS, convert_checkpoint
from mmaction_sampler.apis.official.conversion import official_config


def parse_args(argv: Optional[List[str]] = None) -> argparse.Namespace:
    """Options of the command."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        'method', choices=sorted(CONVERTERS), help='whose checkpoint it is')
    parser.add_argument('source', metavar='IN', help="the authors' file")
    parser.add_argument(
        'target', metavar='OUT', help='file to write; never IN itself')
    return parser.parse_args(argv)


def main(argv: Optional[List[str]] = None) -> int:
    """Convert one file; the exit status is 1 if that cannot be done."""
    args = parse_args(argv)
    try:
        conversion = convert_checkpoint(
            CONVERTERS[args.method], args.source, args.target)
    except (ValueError, OSError) as error:
        print(error, file=sys.stderr)
        return 1
    print(f'{args.target}: {len(conversion.names)} tensors for '
          f'{official_config(conversion.config)}')
    return 0


if __name__ == '__main__':
    sys.exit(main())

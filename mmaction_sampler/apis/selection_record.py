"""What was selected in a video, as a line of a selection file."""
import numpy as np
from mmaction.structures import ActionDataSample


def selection_record(sample: ActionDataSample, path: str) -> dict:
    """One line of the file, in types that JSON knows.

    Args:
        sample (ActionDataSample): A predicted one.
        path (str): How the line names the video.

    Returns:
        dict: ``path``; ``total_frames``; ``start_index``, the number of the
        first frame; ``unit``; ``frame_inds``, the selected frame numbers,
        ascending (K), or of clips ``(K, L)``; ``candidate_frame_inds`` in
        the order that the recognizer took them, (T) or ``(T, L)``;
        ``pred_label``; ``cost``, multiply-adds by component; and where
        there are any ``scores`` of the candidates (T), and ``boxes`` in
        the order of ``frame_inds``, ``(K, 4)``.

    Raises:
        ValueError: If the sample has no selection or frame numbers, or
            these do not fit each other.
    """
    for key in ('selection', 'frame_inds'):
        if key not in sample:
            raise ValueError(
                f'the sample of {path} has no {key}; the config must be of '
                f'a recognizer that selects, such as OCSampler, on sampled '
                f'frames')
    selection = sample.selection
    candidates = np.asarray(sample.frame_inds).reshape(-1)  # (T * L, )
    clip_len, rest = divmod(len(candidates), selection.num_candidates)
    if rest or (clip_len != 1 and selection.unit != 'clip'):
        raise ValueError(
            f'{path} has {len(candidates)} frame numbers for '
            f'{selection.num_candidates} candidates of unit '
            f'{selection.unit!r}; check the sampling in the test pipeline')
    candidates = candidates.reshape(-1, clip_len)  # (T, L)
    inds = selection.inds.cpu().numpy()
    # A recognizer may take frames in another order than the video's.
    order = np.argsort(candidates[inds, 0], kind='stable')
    if selection.unit != 'clip':
        candidates = candidates[:, 0]
    label = sample.pred_label
    record = dict(
        path=path,
        total_frames=int(sample.total_frames),
        start_index=int(sample.start_index),
        unit=selection.unit,
        frame_inds=candidates[inds[order]].tolist(),
        candidate_frame_inds=candidates.tolist(),
        pred_label=label.item() if label.numel() == 1 else label.tolist(),
        cost={name: float(macs) for name, macs in sample.cost.items()})
    if 'scores' in selection:
        record['scores'] = selection.scores.tolist()
    if 'boxes' in selection:
        record['boxes'] = selection.boxes.cpu()[order].tolist()
    return record

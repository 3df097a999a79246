# The same recognizer, tested on frames that another model selected: only the
# sampling in the test pipeline differs.
_base_ = 'tsn_densenet-g16_1xb32-1x1x3-8e_needle-rgb.py'

selection_file = 'work_dirs/selection_transfer/test.jsonl'
test_pipeline = [
    dict(type='PyAVSparseInit'),
    dict(type='SampleSelectedFrames', selection_file=selection_file),
    dict(type='PyAVSparseDecode'),
    dict(type='FormatShape', input_format='NCHW'),
    dict(type='PackActionInputs')
]
test_dataloader = dict(dataset=dict(pipeline=test_pipeline))

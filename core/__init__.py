"""The HearWhy engine: hear which parts of a sound made a classifier decide.

`core` is a library: no window, no sound card, no global state. Explaining a file takes

    from core.audio_io import read_clip
    from core.models import open_toolbox
    from core.pipeline import explain
    from core.types import ExplanationRequest

    request = ExplanationRequest(classifier="keywords-12", keep=0.2)
    toolbox = open_toolbox(request)
    result = explain(read_clip("yes.wav"), request, toolbox)
    kept = result.explanation.round_trip  # what is heard in the explanation alone
    print(result.target, kept.label, kept.probability_of(result.target))

Importing this package loads no model and no torch; both wait until something is computed.
"""

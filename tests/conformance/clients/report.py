"""Says what came of each call: a line of JSON with its name and what the library made of the answer."""

import json


class Report:
    """Runs calls; `refusal` makes of an error of the library what matters of it, or nothing where it is no refusal."""

    def __init__(self, refusal):
        self.refusal = refusal

    def __call__(self, name, call, show=lambda result: result):
        try:
            result = call()
        except Exception as error:
            refused = self.refusal(error)
            if refused is None:
                raise
            print(json.dumps({"name": name, "refused": refused}))
            return None
        print(json.dumps({"name": name, "said": show(result)}))
        return result

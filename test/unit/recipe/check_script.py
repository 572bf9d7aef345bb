"""Reads {"scripts": [...], "calls": {name: [keywords]}} and prints what in the scripts is not Python, or not in the table."""
import ast
import json
import sys

given = json.load(sys.stdin)
wrong = []
for script in given['scripts']:
    try:
        tree = ast.parse(script)
    except SyntaxError as error:
        wrong.append(f'{error}: {script}')
        continue
    classes = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module == 'diffusers':
            classes.update((name.name, True) for name in node.names)
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Call):
            made = ast.unparse(node.value.func)
            base = made.split('.to')[0] if not made.endswith('.to') else ast.unparse(node.value.func.value.func)
            for target in node.targets:
                if isinstance(target, ast.Name) and base.split('.')[0] in classes:
                    classes[target.id] = base.split('.')[0]
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        name = ast.unparse(node.func)
        first, *rest = name.split('.')
        if isinstance(classes.get(first), str):
            name = '.'.join([classes[first], *rest])
        if name.split('.')[-1] in ('to', 'save', 'resize', 'manual_seed', 'is_available', 'Generator'):
            continue
        allowed = given['calls'].get(name)
        if allowed is None:
            wrong.append(f'no call {name}')
            continue
        for keyword in node.keywords:
            if keyword.arg is not None and keyword.arg not in allowed:
                wrong.append(f'{name} has no {keyword.arg}')
print(json.dumps(sorted(set(wrong))))

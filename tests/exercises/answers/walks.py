"""Orders of a graph and walks through it: answers that are right, and wrong ones with ids that are true."""

RIGHT = {
    "topological_order": [
        """order = {}
stack = [node]
entered = set()
while stack:
    n = stack.pop()
    if n is None:
        order[stack.pop()] = None
    elif n not in entered:
        entered.add(n)
        stack.append(n)
        stack.append(None)
        stack.extend(n.parents)
return list(order)""",
        """seen = {node}
order = []
stack = [(node, iter(node.parents))]
while stack:
    n, it = stack[-1]
    for p in it:
        if p not in seen:
            seen.add(p)
            stack.append((p, iter(p.parents)))
            break
    else:
        stack.pop()
        order.append(n)
return order""",
        """result, path, state = ([], [node], {node: 0})
while path:
    top = path[-1]
    k = state[top]
    if k < len(top.parents):
        state[top] = k + 1
        q = top.parents[k]
        if q not in state:
            state[q] = 0
            path.append(q)
    else:
        result.append(path.pop())
return result""",
        """order, seen = ([], set())
stack = [(node, False)]
while stack:
    n, done = stack.pop()
    if done:
        order.append(n)
    elif n not in seen:
        seen.add(n)
        stack.append((n, True))
        stack.extend(((p, False) for p in n.parents))
return order""",
        """placed = {}
stack = [node]
while stack:
    n = stack[-1]
    waiting = [p for p in n.parents if p not in placed]
    if n in placed:
        stack.pop()
    elif waiting:
        stack.extend(waiting)
    else:
        placed[n] = len(placed)
        stack.pop()
return list(placed)""",
        """import sys
old = sys.getrecursionlimit()
sys.setrecursionlimit(1000000)
try:
    order, seen = ([], set())

    def visit(n):
        seen.add(n)
        for p in n.parents:
            if p not in seen:
                visit(p)
        order.append(n)
    visit(node)
    return order
finally:
    sys.setrecursionlimit(old)""",
    ],
    "backward": [
        """node.grad = 1.0
stack = [(node, 1.0)]
while stack:
    n, g = stack.pop()
    for p, gp in zip(n.parents, n.vjp(g)):
        p.grad = p.grad + gp
        if p.parents:
            stack.append((p, gp))""",
        """seen, order, stack = (set(), [], [(node, False)])
while stack:
    n, out = stack.pop()
    if out:
        order.append(n)
    elif n not in seen:
        seen.add(n)
        stack.append((n, True))
        for p in n.parents:
            stack.append((p, False))
node.grad = 1.0
for n in reversed(order):
    g = n.grad
    for p, d in zip(n.parents, n.vjp(g)):
        p.grad += d""",
        """order, seen = ([], {node})
stack = [(node, iter(node.parents))]
while stack:
    n, it = stack[-1]
    for p in it:
        if p not in seen:
            seen.add(p)
            stack.append((p, iter(p.parents)))
            break
    else:
        order.append(n)
        stack.pop()
node.grad = 1.0
for n in reversed(order):
    for p, g in zip(n.parents, n.vjp(n.grad)):
        p.grad = p.grad + g""",
        """order, seen = ([], set())
stack = [(node, False)]
while stack:
    n, done = stack.pop()
    if done:
        order.append(n)
    elif n not in seen:
        seen.add(n)
        stack.append((n, True))
        stack.extend(((p, False) for p in n.parents))
node.grad = 1.0
for n in reversed(order):
    for parent, grad in zip(n.parents, n.vjp(n.grad)):
        parent.grad = parent.grad + grad""",
        """import sys
order, seen = ([], set())
def visit(n):
    seen.add(n)
    for p in n.parents:
        if p not in seen:
            visit(p)
    order.append(n)
limit = sys.getrecursionlimit()
sys.setrecursionlimit(max(limit, 500000))
try:
    visit(node)
finally:
    sys.setrecursionlimit(limit)
order.reverse()
node.grad = 1.0
for n in order:
    for p, g in zip(n.parents, n.vjp(n.grad)):
        p.grad = np.add(p.grad, g)""",
        """order, mark = ([], set())
stack = [node]
while stack:
    n = stack[-1]
    fresh = [p for p in n.parents if p not in mark]
    if n in mark:
        stack.pop()
    elif fresh:
        stack.extend(fresh)
    else:
        mark.add(n)
        order.append(stack.pop())
parts = {n: [] for n in order}
parts[node].append(1.0)
for n in order[::-1]:
    n.grad = sum(parts[n][1:], parts[n][0])
    for i, g in enumerate(n.vjp(n.grad)):
        parts[n.parents[i]].append(g)""",
    ],
}

WRONG = {
    "topological_order": [
        (
            "order-wrong",
            "order, seen = [], set()\ndef visit(n):\n    if n not in seen:\n        seen.add(n)\n"
            "        order.append(n)\n        for p in n.parents:\n            visit(p)\nvisit(node)\n"
            "return order",
        ),
        (
            "missing-term",
            """order, seen, stack = [], {node}, [(p, False) for p in node.parents]
while stack:
    n, done = stack.pop()
    if done:
        order.append(n)
    elif n not in seen:
        seen.add(n)
        stack.append((n, True))
        stack += [(p, False) for p in n.parents]
return order""",
        ),
        (
            "missing-term",
            """out = []
for p in node.parents:
    if p not in out:
        out.append(p)
return out + [node]""",
        ),
        (
            "order-wrong",
            """out = [node]
for n in out:
    for p in n.parents:
        if p not in out:
            out.append(p)
return out""",
        ),
        (
            "missing-term",
            """chain = []
n = node
while n is not None:
    chain.append(n)
    n = n.parents[0] if n.parents else None
return chain[::-1]""",
        ),
        (
            "missing-term order-wrong",
            """out, q = ([], list(node.parents))
while q:
    n = q.pop(0)
    if n not in out:
        out.append(n)
        q += n.parents
return out""",
        ),
        (
            "missing-term",
            """out = []
for p in node.parents:
    if p not in out:
        out.append(p)
out.append(node)
return out""",
        ),
        (
            "recursion-limit",
            """order, seen = ([], set())
def visit(n):
    if n in seen:
        return
    seen.add(n)
    for p in n.parents:
        visit(p)
    order.append(n)
visit(node)
return order""",
        ),
        (
            "order-wrong",
            """seen, out, stack = (set(), [], [node])
while stack:
    n = stack.pop()
    if n in seen:
        continue
    seen.add(n)
    out.append(n)
    stack.extend(n.parents)
return out[::-1]""",
        ),
        (
            "order-wrong",
            """seen, out, stack = (set(), [], [node])
while stack:
    n = stack.pop()
    if n not in seen:
        seen.add(n)
        out.append(n)
        stack.extend(reversed(n.parents))
return out""",
        ),
        (
            "order-wrong",
            """seen, order = (set(), [])
todo = [node]
while todo:
    n = todo.pop(0)
    for p in n.parents:
        if p not in seen:
            seen.add(p)
            order.insert(0, p)
            todo.append(p)
return order + [node]""",
        ),
    ],
    "backward": [
        (
            "input-modified",
            """order, stack = {}, [(node, False)]
while stack:
    x, done = stack.pop()
    if done:
        order[x] = None
    elif x not in order:
        stack += [(x, True), *((p, False) for p in x.parents)]
node.grad = 1.0
for x in reversed(order):
    for p, part in zip(x.parents, x.vjp(x.grad)):
        p.grad = p.grad + part
    x.parents.clear()""",
        ),
        (
            "extra-term wrong-factor",
            "order, seen = [], set()\ndef visit(n):\n    if n not in seen:\n        seen.add(n)\n"
            "        for p in n.parents:\n            visit(p)\n        order.append(n)\nvisit(node)\n"
            "node.grad = 1.0\nfor n in order[::-1]:\n    for p, x in zip(n.parents, n.vjp(n.grad)):\n"
            "        p.grad = p.grad + 2 * x",
        ),
        (
            "assignment-for-accumulation",
            "order, seen = [], set()\ndef visit(n):\n    if n not in seen:\n        seen.add(n)\n"
            "        for p in n.parents:\n            visit(p)\n        order.append(n)\nvisit(node)\n"
            "node.grad = 1.0\nfor n in order[::-1]:\n    for p, x in zip(n.parents, n.vjp(n.grad)):\n"
            "        p.grad = x",
        ),
        (
            "wrong-sign",
            "order, seen = [], set()\ndef visit(n):\n    if n not in seen:\n        seen.add(n)\n"
            "        for p in n.parents:\n            visit(p)\n        order.append(n)\nvisit(node)\n"
            "node.grad = 1.0\nfor n in order[::-1]:\n    for p, x in zip(n.parents, n.vjp(n.grad)):\n"
            "        p.grad = p.grad - x",
        ),
        (
            "assignment-for-accumulation",
            "level, stack = {}, [node]\nwhile stack:\n"
            "    need = [p for p in stack[-1].parents if p not in level]\n    if need:\n"
            "        stack += need\n    else:\n        n = stack.pop()\n"
            "        level[n] = 1 + max([level[p] for p in n.parents], default=0)\nnode.grad = 1.0\n"
            "for n in sorted(level, key=lambda n: -level[n]):\n"
            "    for p, x in zip(n.parents, n.vjp(n.grad)):\n        p.grad = x",
        ),
        (
            "extra-term",
            "order, stack = [], [(node, False)]\nwhile stack:\n    n, done = stack.pop()\n    if done:\n"
            "        order.append(n)\n    else:\n"
            "        stack += [(n, True), *((p, False) for p in n.parents)]\nnode.grad = 1.0\n"
            "for n in order[::-1]:\n    for p, x in zip(n.parents, n.vjp(n.grad)):\n"
            "        p.grad = p.grad + x",
        ),
        (
            "operands-swapped",
            """order, seen, stack = [], set(), [(node, False)]
while stack:
    n, done = stack.pop()
    if done:
        order.append(n)
    elif n not in seen:
        seen.add(n)
        stack.append((n, True))
        stack += [(p, False) for p in n.parents]
node.grad = 1.0
for n in reversed(order):
    for p, part in zip(reversed(n.parents), n.vjp(n.grad)):
        p.grad = p.grad + part""",
        ),
        (
            "upstream-missing",
            """order, seen, stack = [], set(), [(node, False)]
while stack:
    n, done = stack.pop()
    if done:
        order.append(n)
    elif n not in seen:
        seen.add(n)
        stack.append((n, True))
        stack += [(p, False) for p in n.parents]
node.grad = 1.0
for n in reversed(order):
    for p, part in zip(n.parents, n.vjp(1.0)):
        p.grad = p.grad + part""",
        ),
        (
            "assignment-for-accumulation",
            """order, seen, stack = [], set(), [(node, False)]
while stack:
    n, done = stack.pop()
    if done:
        order.append(n)
    elif n not in seen:
        seen.add(n)
        stack.append((n, True))
        stack += [(p, False) for p in n.parents]
node.grad = 1.0
while order:
    n = order.pop()
    for p, part in zip(n.parents, n.vjp(n.grad)):
        p.grad = part""",
        ),
        (
            "missing-term",
            """node.grad = 1.0
for p, g in zip(node.parents, node.vjp(1.0)):
    p.grad = p.grad + g""",
        ),
        (
            "recursion-limit",
            """node.grad = 1.0
def push(n, g):
    for p, gp in zip(n.parents, n.vjp(g)):
        p.grad = p.grad + gp
        push(p, gp)
push(node, 1.0)""",
        ),
        (
            "missing-term",
            """node.grad = 1.0
n = node
while n.parents:
    gs = n.vjp(n.grad)
    for p, g in zip(n.parents, gs):
        p.grad = p.grad + g
    n = n.parents[0]""",
        ),
        (
            "assignment-for-accumulation order-wrong recursion-limit",
            """order, seen = ([], set())
def push(n, g):
    n.grad = g
    if n in seen:
        return
    seen.add(n)
    for p, d in zip(n.parents, n.vjp(g)):
        push(p, d)
push(node, 1.0)""",
        ),
        (
            "order-wrong",
            """node.grad = 1.0
stack, seen = ([node], set())
while stack:
    n = stack.pop()
    if n in seen:
        continue
    seen.add(n)
    for p, g in zip(n.parents, n.vjp(n.grad)):
        p.grad = p.grad + g
        stack.append(p)""",
        ),
        (
            "extra-term order-wrong",
            """from collections import deque
node.grad = 1.0
queue = deque([node])
steps = 0
while queue and steps < 200000:
    n = queue.popleft()
    steps += 1
    for p, g in zip(n.parents, n.vjp(n.grad)):
        p.grad = p.grad + g
        queue.append(p)""",
        ),
        (
            "order-wrong",
            """from collections import deque
node.grad = 1.0
queue, seen = (deque([node]), {node})
while queue:
    n = queue.popleft()
    for p, g in zip(n.parents, n.vjp(n.grad)):
        p.grad = p.grad + g
        if p not in seen:
            seen.add(p)
            queue.append(p)""",
        ),
        (
            "recursion-limit",
            """order, seen = ([], set())
def visit(n):
    if n not in seen:
        seen.add(n)
        for p in n.parents:
            visit(p)
        order.append(n)
visit(node)
node.grad = 1.0
for n in reversed(order):
    for p, g in zip(n.parents, n.vjp(n.grad)):
        p.grad = p.grad + g""",
        ),
    ],
}

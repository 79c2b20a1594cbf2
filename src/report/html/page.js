'use strict';
// Sorts and filters the list of deficiencies, and unfolds rules at once. Everything else on the page works without it.
(() => {
  const unfold = document.getElementById('unfold');
  unfold.hidden = false;
  unfold.addEventListener('click', () => {
    const open = unfold.getAttribute('aria-pressed') !== 'true';
    unfold.setAttribute('aria-pressed', open);
    for (const fold of document.querySelectorAll('#rules details')) fold.open = open;
  });
})();
(() => {
  const list = document.getElementById('list');
  if (!list) return;
  const step = Number(list.dataset.rows);
  // How many rows are put on paper at most.
  const printed = 5000;
  // What a row says of itself in `data-k`, in this order.
  const names = ['severity', 'family', 'assignee', 'rule', 'file', 'overdue', 'status', 'record'];
  const filter = document.getElementById('filter');
  const shown = document.getElementById('shown');
  const more = document.getElementById('more');
  const fields = [...filter.querySelectorAll('[data-by]')];
  const assignees = filter.querySelector('[data-by=assignee]');

  // The rows: those that stand in the page, then those that are text so far.
  const rows = [];
  for (const tr of list.querySelectorAll('tr[data-k]')) {
    rows.push({ keys: tr.dataset.k.split(',').map(Number), tr });
  }
  const rest = document.getElementById('rest');
  if (rest) {
    const text = rest.textContent;
    const open = '<tr data-k="';
    for (let at = text.indexOf(open); at >= 0;) {
      const end = text.indexOf('</tr>', at) + 5;
      const from = at + open.length;
      rows.push({ keys: text.slice(from, text.indexOf('"', from)).split(',').map(Number), html: text.slice(at, end) });
      at = text.indexOf(open, end);
    }
    rest.remove();
  }
  rows.forEach((row, index) => { row.index = index; });

  const number = new Intl.NumberFormat('en-US');
  const counted = (count, one, many) => `${number.format(count)} ${count === 1 ? one : many}`;

  /** The row as an element. */
  const element = (row) => {
    if (!row.tr) {
      const body = document.createElement('tbody');
      body.innerHTML = row.html;
      row.tr = body.firstElementChild;
    }
    return row.tr;
  };
  /** What the row says, in small letters. */
  const words = (row) => {
    if (row.words === undefined) {
      const text = row.tr
        ? row.tr.textContent
        : row.html.replace(/<[^>]*>/g, ' ').replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&quot;', '"').replaceAll('&amp;', '&');
      const link = /href="#([^"]*)"/.exec(row.tr ? row.tr.innerHTML : row.html);
      row.words = `${text} ${link ? link[1] : ''}`.replace(/\s+/g, ' ').toLowerCase();
    }
    return row.words;
  };

  let view = rows;
  let limit = step;
  let sorted = { by: 'assignee', down: false, given: true };

  const compare = () => {
    const { by, down, given } = sorted;
    if (given) return (a, b) => a.index - b.index;
    const at = names.indexOf(by);
    const sign = down ? -1 : 1;
    const record = names.indexOf('record');
    const then = by === 'file' ? (a, b) => a.keys[record] - b.keys[record] : () => 0;
    return (a, b) => sign * (a.keys[at] - b.keys[at] || then(a, b)) || a.index - b.index;
  };

  const group = (assignee, count) => {
    const tr = document.createElement('tr');
    tr.className = 'group';
    const th = document.createElement('th');
    th.scope = 'rowgroup';
    th.colSpan = 6;
    const option = assignees.querySelector(`option[value="${assignee}"]`);
    const span = document.createElement('span');
    span.className = 'count';
    span.textContent = ` · ${counted(count, 'deficiency', 'deficiencies')}`;
    th.append(`Assigned to ${option ? option.textContent : ''}`, span);
    tr.append(th);
    return tr;
  };

  const draw = () => {
    const part = view.slice(0, limit);
    const bodies = [];
    const at = names.indexOf('assignee');
    if (sorted.by === 'assignee') {
      const sums = new Map();
      for (const row of view) sums.set(row.keys[at], (sums.get(row.keys[at]) || 0) + 1);
      let last;
      for (const row of part) {
        const who = row.keys[at];
        if (who !== last) {
          bodies.push(document.createElement('tbody'));
          bodies.at(-1).append(group(who, sums.get(who)));
          last = who;
        }
        bodies.at(-1).append(element(row));
      }
    } else {
      bodies.push(document.createElement('tbody'));
      bodies[0].append(...part.map(element));
    }
    for (const body of [...list.tBodies]) body.remove();
    list.append(...bodies);
    tell();
  };

  const tell = () => {
    const part = Math.min(limit, view.length);
    const narrowed = view.length < rows.length ? ` that match, of ${number.format(rows.length)}` : '';
    const found = counted(view.length, 'deficiency', 'deficiencies');
    shown.textContent = part < view.length
      ? `The first ${number.format(part)} of ${found}${narrowed}`
      : `${found}${narrowed}`;
    const left = view.length - part;
    more.hidden = left === 0;
    more.firstElementChild.textContent = `Show ${number.format(Math.min(step, left))} more of ${number.format(left)}`;
    for (const th of list.querySelectorAll('th[data-by]')) {
      if (th.dataset.by === sorted.by) th.setAttribute('aria-sort', sorted.down ? 'descending' : 'ascending');
      else th.removeAttribute('aria-sort');
    }
  };

  const select = () => {
    let found = rows;
    for (const field of fields) {
      const value = field.value.trim().toLowerCase();
      if (value === '') continue;
      const at = names.indexOf(field.dataset.by);
      if (at < 0) {
        const wanted = value.split(/\s+/);
        found = found.filter((row) => wanted.every((word) => words(row).includes(word)));
      } else {
        const wanted = Number(value);
        found = found.filter((row) => row.keys[at] === wanted);
      }
    }
    view = found === rows ? [...rows] : found;
    view.sort(compare());
    limit = step;
    draw();
  };

  let waiting;
  for (const field of fields) {
    field.addEventListener(field.type === 'search' ? 'input' : 'change', () => {
      clearTimeout(waiting);
      if (field.type === 'search') waiting = setTimeout(select, 150);
      else select();
    });
  }
  document.getElementById('clear').addEventListener('click', () => {
    for (const field of fields) field.value = '';
    sorted = { by: 'assignee', down: false, given: true };
    select();
  });
  more.firstElementChild.addEventListener('click', () => {
    const first = limit;
    limit += step;
    draw();
    // Whoever uses the keyboard goes on where the new rows begin.
    element(view[first]).querySelector('a')?.focus({ preventScroll: true });
  });
  for (const th of list.querySelectorAll('th[data-by]')) {
    const button = document.createElement('button');
    button.type = 'button';
    button.append(...th.childNodes);
    th.append(button);
    button.addEventListener('click', () => {
      const by = th.dataset.by;
      // The gravest and the longest overdue are wanted first.
      const downFirst = by === 'severity' || by === 'overdue';
      const down = sorted.by === by && !sorted.given ? !sorted.down : downFirst;
      sorted = { by, down, given: false };
      view.sort(compare());
      limit = step;
      draw();
    });
  }
  // From a rule to its rows.
  for (const link of document.querySelectorAll('a[data-rule]')) {
    link.addEventListener('click', () => {
      for (const field of fields) field.value = field.dataset.by === 'rule' ? link.dataset.rule : '';
      select();
    });
  }
  // On paper stand all rows that match, not only those that are drawn so far.
  let before;
  addEventListener('beforeprint', () => {
    if (view.length <= limit) return;
    before = limit;
    limit = printed;
    draw();
  });
  addEventListener('afterprint', () => {
    if (before === undefined) return;
    limit = before;
    before = undefined;
    draw();
  });

  filter.hidden = false;
  tell();
})();

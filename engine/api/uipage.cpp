// SPDX-License-Identifier: Apache-2.0
#include "engine/api/uipage.h"

namespace dormouse {

QByteArray uiPage()
{
    return QByteArrayLiteral(R"(<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Dormouse</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<style>
body{font:16px/1.5 system-ui,sans-serif;max-width:46rem;margin:3rem auto;padding:0 1rem;color:#1d2330;background:#fff}
table{border-collapse:collapse;width:100%}td,th{text-align:left;padding:.3rem .6rem;border-bottom:1px solid #cfd5e0}
code{font-family:ui-monospace,monospace}
@media (prefers-color-scheme:dark){body{color:#e6e9f0;background:#171b24}td,th{border-color:#3a4254}}
</style></head><body>
<h1>Dormouse</h1>
<p>This address serves the actor engine. Open it in the Dormouse desktop console to watch actors, runners and
connections. Clients and runners use <code id="url"></code> as their endpoint.</p>
<p id="state" role="status">Asking the engine …</p>
<form id="form" hidden><label>Admin token <input id="token" type="password" autocomplete="off"></label>
<button>Show</button></form>
<table id="table" hidden><thead><tr><th>Namespace</th><th>Runners</th><th>Actor names</th></tr></thead><tbody></tbody></table>
<script>
const byId = id => document.getElementById(id);
byId('url').textContent = location.origin;
async function ask(path) {
  const token = byId('token').value;
  const answer = await fetch(path, token ? {headers: {authorization: 'Bearer ' + token}} : {});
  const body = await answer.json();
  if (!answer.ok) throw body;
  return body;
}
async function show() {
  try {
    const about = await ask('/metadata');
    byId('state').textContent = 'Running, version ' + about.dormouse_version + '.';
    const list = (await ask('/namespaces')).namespaces;
    const rows = await Promise.all(list.map(async space => {
      const query = '?namespace=' + encodeURIComponent(space.name);
      const runners = (await ask('/runners' + query)).runners.length;
      const names = Object.keys((await ask('/actors/names' + query)).names).length;
      return [space.display_name, runners, names];
    }));
    const body = byId('table').tBodies[0];
    body.replaceChildren(...rows.map(cells => {
      const row = document.createElement('tr');
      for (const cell of cells) row.insertCell().textContent = cell;
      return row;
    }));
    byId('table').hidden = false;
    byId('form').hidden = true;
  } catch (error) {
    const locked = error && error.code === 'forbidden';
    byId('form').hidden = !locked;
    byId('state').textContent = locked ? 'Running. An admin token is needed for details.'
                                       : 'The engine did not answer.';
  }
}
byId('form').addEventListener('submit', event => { event.preventDefault(); show(); });
show();
</script></body></html>
)");
}

} // namespace dormouse

/// The style sheet of `report.html`: system fonts, light and dark, readable from a phone to a wide screen, and on paper.
let styleSheet = """
  :root{color-scheme:light dark;--bg:#f6f7f9;--paper:#fff;--ink:#1b2027;--soft:#5b6675;--line:#dde2e8;--code:#eef1f4;
  --link:#0b5fc4;--bad:#c0261f;--bad-bg:#fdecea;--unsure:#9a5b00;--unsure-bg:#fff3dc;--good:#1a7f37;--good-bg:#e6f5ea;
  --warn:#8a6100;--warn-bg:#fff8d6;--calm:#5b6675;--calm-bg:#eef1f4}
  @media(prefers-color-scheme:dark){:root{--bg:#12161b;--paper:#1a2027;--ink:#e4e9ef;--soft:#97a3b2;--line:#2d3640;
  --code:#242c35;--link:#71b0ff;--bad:#ff8078;--bad-bg:#3b1c1b;--unsure:#f5b04c;--unsure-bg:#382a12;--good:#5fcf80;
  --good-bg:#16301f;--warn:#e6c84b;--warn-bg:#332d12;--calm:#97a3b2;--calm-bg:#242c35}}
  *{box-sizing:border-box}
  body{margin:0;background:var(--bg);color:var(--ink);font:16px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,sans-serif;
  overflow-wrap:anywhere}
  header,main,footer{padding:0 max(1rem,calc(50vw - 34rem))}
  header{padding-top:1.75rem;padding-bottom:1.5rem;color:#fff;background:#59636e}
  header.accepted{background:#176f31}header.rejected{background:#a81e18}
  header.inconclusive,header.cannotOpen,header.interrupted{background:#8a5200}
  header p{margin:.35rem 0;max-width:52rem}
  header .image{opacity:.9;font-weight:600}
  h1{font-size:clamp(2rem,7vw,3.1rem);line-height:1.1;letter-spacing:.01em;margin:.15rem 0 .5rem}
  header .sentence{font-size:1.2rem;line-height:1.4;font-weight:600}
  header .meaning{opacity:.92}
  ul.counts{list-style:none;display:flex;flex-wrap:wrap;gap:.4rem;padding:0;margin:1rem 0 0}
  ul.counts li{background:rgba(255,255,255,.17);border-radius:1rem;padding:.1rem .75rem;font-size:.9rem;font-weight:600}
  section{margin:2rem 0}
  h2{font-size:1.25rem;margin:0 0 .75rem}
  h4{font-size:.8rem;text-transform:uppercase;letter-spacing:.06em;color:var(--soft);margin:1.25rem 0 .4rem}
  a{color:var(--link);text-decoration-thickness:1px;text-underline-offset:2px}
  code,pre{font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono",monospace;font-size:.88em}
  .card,.bootcard,.scroll,dl.wide{background:var(--paper);border:1px solid var(--line);border-radius:.6rem}
  .card{border-left:.35rem solid var(--tone,var(--line));padding:.9rem 1.1rem;margin:0 0 .8rem}
  .rejects{--tone:var(--bad);--tone-bg:var(--bad-bg)}
  .doubtful{--tone:var(--unsure);--tone-bg:var(--unsure-bg)}
  .warns{--tone:var(--warn);--tone-bg:var(--warn-bg)}
  .passed{--tone:var(--good);--tone-bg:var(--good-bg)}
  .informs,.waived,.skipped{--tone:var(--calm);--tone-bg:var(--calm-bg)}
  h3{font-size:1.05rem;margin:0;display:flex;flex-wrap:wrap;align-items:center;gap:.25rem .5rem}
  .sign{color:var(--tone);font-weight:800;font-size:1.1em}
  .word,.place{font-size:.78rem;font-weight:600;border-radius:1rem;padding:.05rem .6rem;white-space:nowrap}
  .word{background:var(--tone-bg);color:var(--tone)}
  .place{border:1px solid var(--line);color:var(--soft)}
  .card p{margin:.35rem 0}.card .title{color:var(--soft)}
  .reason p.boots:empty{display:none}
  a.boot{display:inline-block;font-size:.82rem;border:1px solid var(--line);border-radius:.35rem;padding:0 .45rem;
  margin:0 .15rem .2rem 0;text-decoration:none}
  .cause{border:1px solid var(--tone,var(--line));background:var(--tone-bg);border-radius:.4rem;padding:.5rem .75rem;
  margin:.6rem 0}
  .cause p{margin:0}.cause .proof{display:flex;flex-wrap:wrap;gap:0 1rem;font-size:.88rem;margin:.35rem 0 0}
  .cause .scroll{margin:.5rem 0 .15rem}
  table.plain{border-collapse:collapse;overflow-wrap:normal;font-size:.88rem}
  .plain th,.plain td{padding:.2rem .7rem;text-align:left;border-top:1px solid var(--line);vertical-align:top}
  .plain tbody th{font-weight:400}.plain thead th{color:var(--soft);border-top:0}
  .numbers td{text-align:right;font-variant-numeric:tabular-nums}
  p.aside,.matrix th.aside a{color:var(--soft)}p.aside{font-size:.9rem;margin:.3rem 0}
  ul.results{margin:.3rem 0 .9rem;padding-left:1.2rem}
  .remedy{background:var(--code);border-radius:.4rem;padding:.5rem .75rem;white-space:pre-line}
  .clauses,.notes{font-size:.85rem;color:var(--soft)}
  pre{background:var(--code);border-radius:.4rem;padding:.6rem .75rem;margin:.35rem 0;max-height:26rem;overflow:auto;
  white-space:pre-wrap;line-height:1.4}
  details.evidence summary{cursor:pointer;font-size:.88rem;color:var(--soft)}
  p.evidence{font-size:.88rem;margin:.2rem 0}
  .scroll{overflow-x:auto;width:fit-content;max-width:100%}
  table.matrix{border-collapse:separate;border-spacing:0;font-size:.92rem}
  .matrix th,.matrix td{padding:.28rem .7rem;border-bottom:1px solid var(--line);text-align:center}
  .matrix tbody tr:last-child>*{border-bottom:0}
  .matrix th:first-child{position:sticky;left:0;background:var(--paper);text-align:left;border-right:1px solid var(--line);
  font-weight:400;white-space:nowrap;z-index:1}
  .matrix thead th{font-size:.82rem;white-space:nowrap;vertical-align:bottom;color:var(--soft)}
  .matrix.many thead th:not(:first-child)>*{writing-mode:vertical-rl;transform:rotate(180deg)}
  .matrix td[class]{color:var(--tone);font-weight:800}
  .matrix td.rejects,.matrix td.doubtful,.matrix td.warns{background:var(--tone-bg)}
  .matrix td.passed{font-weight:500}
  .hidden{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
  .legend{font-size:.85rem;color:var(--soft);display:flex;flex-wrap:wrap;gap:.2rem 1.1rem;margin:.5rem .2rem}
  .legend i{font-style:normal;font-weight:800;color:var(--tone)}
  .bootcard{padding:.7rem 1.1rem;margin:0 0 .7rem}
  .bootcard>summary{cursor:pointer;display:flex;flex-wrap:wrap;gap:0 .6rem;align-items:baseline;list-style-position:inside}
  .bootcard>summary::before{content:"▸";color:var(--soft)}.bootcard[open]>summary::before{content:"▾"}
  .bootcard>summary::-webkit-details-marker{display:none}
  .tally{color:var(--tone,var(--soft));font-weight:600}
  .time{color:var(--soft);font-size:.85rem;font-variant-numeric:tabular-nums;white-space:nowrap}
  .bootcard>summary .layout{flex-basis:100%;color:var(--soft);font-size:.88rem;padding-left:1.4rem}
  .trouble{background:var(--unsure-bg);border-radius:.4rem;padding:.4rem .75rem;margin:.6rem 0}
  .share{color:var(--soft);font-size:.88rem;margin:.4rem 0}
  ol.stages,ul.findings,ul.files{list-style:none;padding:0;margin:0}
  ol.stages li{display:grid;grid-template-columns:minmax(6rem,10rem) 1fr 5.5rem;gap:0 .75rem;align-items:center;padding:.12rem 0}
  .track{background:var(--code);border-radius:.25rem;height:.6rem;overflow:hidden}
  .track i{display:block;height:100%;background:var(--link);border-radius:.25rem}
  ol.stages .time{text-align:right}
  .detail{grid-column:1/-1;color:var(--soft);font-size:.85rem}
  dl{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(100%,19rem),1fr));gap:0 1.5rem;margin:0}
  dl div{display:grid;grid-template-columns:6.5rem 1fr;gap:.75rem;padding:.15rem 0;font-size:.92rem}
  dl.wide{display:block;padding:.6rem 1.1rem}
  dt{color:var(--soft)}dd{margin:0}
  ul.findings li{display:flex;gap:.7rem;padding:.3rem 0;border-top:1px solid var(--line)}
  ul.findings .sign{flex:0 0 1.1rem;text-align:center}
  ul.findings li>div{flex:1;min-width:0}ul.findings p{margin:0}ul.findings .time{float:right;margin-left:.75rem}
  ul.findings .passed .word{display:none}
  ul.files{display:flex;flex-wrap:wrap;gap:.2rem 1.1rem;font-size:.92rem}
  .contract code{white-space:nowrap}.contract tbody th{text-align:right;font-variant-numeric:tabular-nums}
  .contract td:nth-child(2){min-width:16rem}.contract td:nth-child(3),.words,.contract .reason{color:var(--soft)}
  .contract b{color:var(--tone);font-size:.85em}.contract .skipped code,.contract .waived code{color:var(--soft)}
  .contract td>span{margin-right:.35rem}#contract .scroll{margin:.6rem 0 .3rem}
  footer{padding-top:1rem;padding-bottom:2.5rem;color:var(--soft);font-size:.88rem}
  @media(max-width:34rem){.card,.bootcard{padding:.75rem .8rem}ol.stages li{grid-template-columns:7rem 1fr 4.5rem}
  header .sentence{font-size:1.08rem}}
  @media print{header{color:#000;background:none!important;border-bottom:.3rem solid}pre{max-height:none}}

  """

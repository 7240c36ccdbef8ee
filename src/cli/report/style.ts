/**
 * The page's style sheet. Lines and states have the colours of Okabe and Ito, which people who do not see all colours
 * can tell apart; on dark ground the dark ones of them are lightened.
 */
export const STYLE = `
:root {
  --ground: #fff; --panel: #f4f5f6; --edge: #d5d9dd; --ink: #15181b; --ink-soft: #545b62; --grid: #e6e8ea;
  --good: #00664b; --good-ground: #e0f3ec; --bad: #b3261e; --bad-ground: #fdebe9; --link: #0b5cad;
  --fuse: #c43c00; --exposure: #d98c00; --allowed: #0072b2; --total: #15181b; --measured: #2f9fe0;
  --building: #009e73; --capacity: #b85c94; --limit: #0072b2; --current: #15181b;
  --fault: rgba(90, 60, 150, .10); --fault-own: rgba(90, 60, 150, .24);
  --fault-bar: rgba(90, 60, 150, .22); --fault-own-bar: rgba(90, 60, 150, .45); --recovery: rgb(120, 95, 170);
  --state-Available: #c9ced3; --state-Preparing: #f0e442; --state-Charging: #009e73; --state-SuspendedEV: #56b4e9;
  --state-SuspendedEVSE: #e69f00; --state-Finishing: #0072b2; --state-Reserved: #cc79a7; --state-Unavailable: #7a828a;
  --state-Faulted: #d55e00; --state-Off: #15181b;
}
@media (prefers-color-scheme: dark) {
  :root {
    --ground: #121417; --panel: #1b1e22; --edge: #363b41; --ink: #e8eaec; --ink-soft: #a3abb3; --grid: #272b30;
    --good: #5fd3ac; --good-ground: #12302a; --bad: #ff8a7a; --bad-ground: #3b1a17; --link: #7db8f0;
    --fuse: #ff7a3d; --exposure: #e69f00; --allowed: #4a9fe8; --total: #f2f4f5; --measured: #fff07a;
    --building: #22c596; --capacity: #e39ac2; --limit: #4a9fe8; --current: #f2f4f5;
    --fault: rgba(160, 140, 240, .13); --fault-own: rgba(160, 140, 240, .28);
    --fault-bar: rgba(160, 140, 240, .28); --fault-own-bar: rgba(160, 140, 240, .55); --recovery: rgb(160, 140, 240);
    --state-Available: #454b52; --state-Unavailable: #8b949c; --state-Finishing: #4a9fe8; --state-Off: #f2f4f5;
  }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--ground); color: var(--ink); font: 14px/1.45 system-ui, sans-serif;
  font-variant-numeric: tabular-nums; overflow-wrap: anywhere; }
header, section { max-width: 1500px; margin: 0 auto; padding: 0 16px; }
h1 { font-size: 22px; margin: 16px 0 8px; }
h2 { font-size: 17px; margin: 24px 0 8px; }
h3 { font-size: 14px; margin: 12px 0 4px; }
small { font-weight: normal; color: var(--ink-soft); font-size: 13px; }
code { font: 13px ui-monospace, monospace; background: var(--panel); padding: 1px 4px; border-radius: 3px; user-select: all; }
button { font: inherit; color: inherit; background: none; border: 0; padding: 0; cursor: pointer; }
button:focus-visible { outline: 2px solid var(--link); outline-offset: 1px; }
.time { color: var(--link); text-decoration: underline; text-underline-offset: 2px; }
.verdict { border-left: 5px solid; padding: 8px 12px; margin: 8px 0; font-size: 15px; }
.verdict.good { color: var(--good); background: var(--good-ground); font-weight: 600; }
.verdict.bad { border-color: var(--bad); background: var(--bad-ground); }
.verdict.bad p { margin: 0; color: var(--bad); font-weight: 600; }
.verdict ol { margin: 4px 0 0; padding: 0; list-style: none; max-height: 14em; overflow: auto; }
.figures { display: flex; flex-wrap: wrap; gap: 0 48px; align-items: flex-start; max-width: 1500px; margin: 0 auto; }
.figures section { margin: 0; max-width: 100%; flex: 1 1 26em; }
.facts { display: flex; flex-wrap: wrap; gap: 6px 28px; margin: 8px 0; }
.facts dt { color: var(--ink-soft); font-size: 12px; }
.facts dd { margin: 0; }
.scroll { overflow: auto; max-height: 22em; border: 1px solid var(--edge); border-radius: 4px; width: fit-content; max-width: 100%; }
table { border-collapse: collapse; }
th, td { text-align: left; padding: 3px 14px 3px 8px; border-bottom: 1px solid var(--edge); overflow-wrap: normal; }
th { position: sticky; top: 0; background: var(--panel); font-size: 12px; font-weight: 600; color: var(--ink-soft); }
tr:last-child td { border-bottom: 0; }
.narrow { color: var(--bad); }
#toolbar { position: sticky; top: 0; z-index: 200; display: flex; flex-wrap: wrap; align-items: center; gap: 4px 16px;
  margin-top: 24px; padding: 6px max(16px, calc((100% - 1500px) / 2 + 16px)); background: var(--panel);
  border-block: 1px solid var(--edge); }
#cursor-time { font-size: 18px; font-weight: 700; min-width: 5em; }
#shown { color: var(--ink-soft); }
#cursor-faults { flex: 1 1 12em; white-space: nowrap; overflow: hidden; text-overflow: ellipsis; }
.buttons { display: inline-flex; gap: 4px; }
.buttons button { border: 1px solid var(--edge); border-radius: 4px; background: var(--ground); padding: 3px 10px; }
#problem { margin: 16px; color: var(--bad); font-weight: 600; }
figure { margin: 0 0 14px; }
figcaption { display: flex; flex-wrap: wrap; align-items: baseline; gap: 0 16px; padding-bottom: 2px; }
figcaption h3 { margin: 0; }
.values { display: flex; flex-wrap: wrap; gap: 0 14px; font-size: 13px; }
.value { display: inline-block; min-width: 2.9em; text-align: right; }
.line[aria-pressed="false"] { opacity: .4; text-decoration: line-through; }
.swatch { display: inline-block; width: 18px; margin-right: 5px; vertical-align: middle; border-top: 3px solid var(--swatch); }
.swatch.dashed { border-top-style: dashed; }
.swatch.block { width: 11px; height: 11px; border: 0; border-radius: 2px; background: var(--swatch); }
.state { min-width: 9em; }
.reason { color: var(--ink-soft); }
.key { display: flex; flex-wrap: wrap; gap: 2px 16px; list-style: none; margin: 0 0 10px; padding: 0; font-size: 13px; }
.plot { min-height: 150px; }
[data-circuit] .plot { min-height: 230px; }
.uplot { width: 100%; }
.u-hz .u-cursor-x { border-right: 1px solid var(--ink-soft); }
.u-select { background: rgba(90, 120, 200, .25); }
@media (max-width: 600px) {
  header, section { padding: 0 8px; }
  #toolbar { padding: 6px 8px; gap: 4px 10px; }
  .buttons button { padding: 5px 11px; }
  th, td { padding: 3px 8px 3px 6px; }
}
`;

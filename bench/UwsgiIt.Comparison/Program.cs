using System.CommandLine;
using UwsgiIt.Comparison;
using UwsgiIt.Comparison.Planning;
using UwsgiIt.Comparison.Scenarios;
using UwsgiIt.Comparison.Subjects;

// Peers that only the full run takes: what they add to a look at whether all works is time.
string[] fullOnly = ["caddy", "ours-ring", "ours-sockets"];
string[] scenarioNames = [.. Catalogue.All.Select(static scenario => scenario.Name)];
string[] subjectNames = [.. Subject.All.Select(static subject => subject.Name)];

var scenarios = new Option<string[]>("--scenario") { Description = "only these: " + string.Join(", ", scenarioNames) };
scenarios.AcceptOnlyFromAmong(scenarioNames);
var peers = new Option<string[]>("--peer") { Description = "ours and only these: " + string.Join(", ", subjectNames) };
peers.AcceptOnlyFromAmong(subjectNames);
var quick = new Option<bool>("--quick") { Description = "a short round of each, to see that it runs; its figures are not warm" };
var output = new Option<DirectoryInfo>("--out") { Description = "folder of results.json, results.md and the charts", DefaultValueFactory = static _ => new DirectoryInfo("bench-results") };
var root = new RootCommand("Compares the router with its peers, on this machine, one beside the other.") { scenarios, peers, quick, output, PlanCommand.Create() };
root.SetAction(async (parsed, cancellationToken) =>
{
    var isQuick = parsed.GetValue(quick);
    var wanted = parsed.GetValue(scenarios) is { Length: > 0 } names ? Catalogue.All.Where(scenario => names.Contains(scenario.Name)) : Catalogue.All;
    var subjects = parsed.GetValue(peers) is { Length: > 0 } chosen
        ? Subject.All.Where(subject => subject.Name == "ours" || chosen.Contains(subject.Name)).ToArray()
        : [.. Subject.All.Where(subject => !isQuick || !fullOnly.Contains(subject.Name))];
    using var ground = new Ground();
    await ground.ReadyAsync();
    var contest = new Contest(ground, isQuick ? Pace.Quick : Pace.Full, Console.WriteLine);
    foreach (var scenario in wanted)
    {
        await contest.RunAsync(scenario, subjects, cancellationToken);
    }

    var folder = parsed.GetValue(output)!.FullName;
    Report.Write(folder, contest.Rows, "bench/run " + string.Join(' ', args), subjects);
    foreach (var row in contest.Rows.Where(static row => row.Pass is not null))
    {
        Console.WriteLine(Report.Verdict(row));
    }

    Console.WriteLine($"{contest.Rows.Count} rows in {folder}, {contest.Faults} faults");
    return contest.Faults == 0 && contest.Rows.Count > 0 ? 0 : 1;
});

// An end by the terminal must not leave subjects behind, which run and are stopped: ending them takes its time.
return await root.Parse(args).InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = TimeSpan.FromMinutes(1) });

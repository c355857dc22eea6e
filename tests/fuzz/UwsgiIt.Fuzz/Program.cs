using System.Globalization;
using SharpFuzz;
using UwsgiIt.Fuzz;

// fuzz TARGET FILE…                      runs files, for example a corpus or a crash
// fuzz TARGET|all --seconds N [--seed S] [--corpus FOLDER]
//                                        mutates seeds and kept inputs; instrumented by the sharpfuzz tool, what takes new branches too, and keeps it
// fuzz TARGET --libfuzzer                under libFuzzer, instrumented by the sharpfuzz tool
CoverageMap.Attach();
if (args.Length < 2 || (args[0] != "all" && !FuzzTargets.All.ContainsKey(args[0])))
{
    Console.Error.WriteLine($"Usage: fuzz TARGET FILE… | fuzz TARGET|all --seconds N [--seed S] [--corpus FOLDER] | fuzz TARGET --libfuzzer\nTargets: {string.Join(' ', FuzzTargets.All.Keys)}");
    return 64;
}

if (args[1] == "--libfuzzer")
{
    Fuzzer.LibFuzzer.Run(bytes => FuzzTargets.All[args[0]].Run(bytes.ToArray()));
    return 0;
}

if (args[1] != "--seconds")
{
    foreach (var file in args[1..])
    {
        FuzzTargets.All[args[0]].Run(File.ReadAllBytes(file));
    }

    return 0;
}

var seconds = double.Parse(args[2], CultureInfo.InvariantCulture);
var seed = Option("--seed") is { } text ? int.Parse(text, CultureInfo.InvariantCulture) : Environment.TickCount;
foreach (var (name, target) in FuzzTargets.All.Where(target => args[0] == "all" || args[0] == target.Key))
{
    if (!new FuzzRun(name, target, seed, Option("--corpus")).Run(seconds))
    {
        return 1;
    }
}

return 0;

string? Option(string name) => Array.IndexOf(args, name) is var at and > 0 && at + 1 < args.Length ? args[at + 1] : null;

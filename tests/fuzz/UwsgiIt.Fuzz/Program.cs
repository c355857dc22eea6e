using System.Globalization;
using SharpFuzz;
using UwsgiIt.Fuzz;

// fuzz TARGET FILE…                      runs files, for example a corpus or a crash
// fuzz TARGET|all --seconds N [--seed S] [--corpus FOLDER]
//                                        mutates seeds and kept inputs; instrumented by the sharpfuzz tool, what takes new branches too, and keeps it
// fuzz TARGET --afl                      under afl-fuzz, instrumented by the sharpfuzz tool
// fuzz TARGET --libfuzzer                under libFuzzer, instrumented by the sharpfuzz tool
// fuzz TARGET --unpack FOLDER --corpus FOLDER
//                                        writes seeds and kept inputs as files
// fuzz TARGET|all --coverage FOLDER --corpus FOLDER
//                                        how much of their code seeds, kept inputs and FOLDER/TARGET/default/queue reach; instrumented with SHARPFUZZ_ENABLE_ON_BRANCH_CALLBACK
// fuzz all --list
CoverageMap.Attach();
if (args.Length < 2 || (args[0] != "all" && !FuzzTargets.All.ContainsKey(args[0])))
{
    Console.Error.WriteLine($"Usage: fuzz TARGET FILE… | fuzz TARGET|all --seconds N [--seed S] [--corpus FOLDER] | fuzz TARGET --afl | fuzz TARGET --libfuzzer | fuzz TARGET --unpack FOLDER --corpus FOLDER | fuzz TARGET|all --coverage FOLDER --corpus FOLDER | fuzz all --list\nTargets: {string.Join(' ', FuzzTargets.All.Keys)}");
    return 64;
}

switch (args[1])
{
    case "--list":
        Console.WriteLine(string.Join('\n', FuzzTargets.All.Keys));
        return 0;
    case "--afl":
        Fuzzer.Run(stream =>
        {
            using var bytes = new MemoryStream();
            stream.CopyTo(bytes);
            FuzzTargets.All[args[0]].Run(bytes.ToArray());
        });
        return 0;
    case "--libfuzzer":
        Fuzzer.LibFuzzer.Run(bytes => FuzzTargets.All[args[0]].Run(bytes.ToArray()));
        return 0;
    case "--unpack":
        Corpus.Unpack(args[2], [.. FuzzTargets.All[args[0]].Seeds, .. Corpus.Read(Option("--corpus") ?? "", args[0])]);
        return 0;
    case "--coverage":
        var points = PointCoverage.Find(AppContext.BaseDirectory);
        foreach (var (name, target) in FuzzTargets.All.Where(target => args[0] == "all" || args[0] == target.Key))
        {
            var queue = Path.Combine(args[2], name, "default", "queue");
            var found = Directory.Exists(queue) ? Directory.GetFiles(queue).Select(File.ReadAllBytes) : [];
            var (passed, ofMethods, ofTypes) = PointCoverage.Measure(target, [.. target.Seeds, .. Corpus.Read(Option("--corpus") ?? "", name), .. found], points);
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{name}: {passed} points: {100.0 * passed / Math.Max(1, ofMethods):f0} % of {ofMethods} in the methods it comes to, {100.0 * passed / Math.Max(1, ofTypes):f0} % of {ofTypes} in their types"));
        }

        return 0;
    case "--seconds":
        break;
    default:
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

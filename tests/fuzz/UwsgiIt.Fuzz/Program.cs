using System.Diagnostics;
using System.Globalization;
using SharpFuzz;
using UwsgiIt.Fuzz;

// fuzz TARGET FILE…                      runs files, for example a corpus or a crash
// fuzz TARGET|all --seconds N --seed S   mutates the built-in seeds
// fuzz TARGET --libfuzzer                under libFuzzer, instrumented by the sharpfuzz tool
if (args.Length < 2 || (args[0] != "all" && !FuzzTargets.All.ContainsKey(args[0])))
{
    Console.Error.WriteLine($"Usage: fuzz TARGET FILE… | fuzz TARGET|all --seconds N [--seed S] | fuzz TARGET --libfuzzer\nTargets: {string.Join(' ', FuzzTargets.All.Keys)}");
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
var seed = args.Length > 4 ? int.Parse(args[4], CultureInfo.InvariantCulture) : Environment.TickCount;
foreach (var (name, target) in FuzzTargets.All.Where(target => args[0] == "all" || args[0] == target.Key))
{
    var mutator = new Mutator(seed);
    var clock = Stopwatch.StartNew();
    var runs = 0L;
    while (clock.Elapsed.TotalSeconds < seconds)
    {
        var input = mutator.Next(target.Seeds);
        try
        {
            target.Run(input);
            runs++;
        }
        catch (Exception e)
        {
            // Whatever it is, the input that caused it is the finding.
            Console.Error.WriteLine($"{name}: {e.Message}\nseed {seed}, run {runs}, input {Convert.ToHexString(input)}");
            return 1;
        }
    }

    Console.WriteLine($"{name}: {runs} runs in {seconds} s, seed {seed}: no finding");
}

return 0;

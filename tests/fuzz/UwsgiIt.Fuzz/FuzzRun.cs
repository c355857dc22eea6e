using System.Diagnostics;

namespace UwsgiIt.Fuzz;

/// <summary>Fuzzes one target: 1 what is known, 2 mutations of it, 3 what took new branches is mutated further and kept.</summary>
internal sealed class FuzzRun(string name, FuzzTarget target, int seed, string? corpus)
{
    private readonly CoverageMap _map = new();
    private readonly List<byte[]> _inputs = [];
    private readonly List<byte[]> _kept = [];

    /// <summary>True when there was no finding.</summary>
    public bool Run(double seconds)
    {
        // 1.
        CoverageMap.Forget();
        foreach (var known in target.Seeds.Concat(corpus is null ? [] : Corpus.Read(corpus, name)))
        {
            if (!Try(known, -1))
            {
                return false;
            }

            _inputs.Add(known);
            if (_map.Learn())
            {
                _kept.Add(known);
            }
        }

        // 2.
        var before = _map.Branches;
        var mutator = new Mutator(seed);
        var clock = Stopwatch.StartNew();
        var runs = 0L;
        while (clock.Elapsed.TotalSeconds < seconds)
        {
            var input = mutator.Next(_inputs);
            if (!Try(input, runs++))
            {
                return false;
            }

            // 3.
            if (_map.Learn())
            {
                _inputs.Add(input);
                _kept.Add(input);
            }
        }

        var coverage = _map.Branches > 0 ? $", {_map.Branches} branches ({before} by what was known), {_kept.Count} inputs" : "";
        Console.WriteLine($"{name}: {runs} runs in {seconds} s, seed {seed}{coverage}: no finding");
        if (_map.Branches > 0 && corpus is not null)
        {
            Corpus.Write(corpus, name, _kept);
        }

        return true;
    }

    private bool Try(byte[] input, long run)
    {
        try
        {
            target.Run(input);
            return true;
        }
        catch (Exception e)
        {
            // Whatever it is, the input that caused it is the finding.
            Console.Error.WriteLine($"{name}: {e.Message}\nseed {seed}, run {run}, input {Convert.ToHexString(input)}");
            return false;
        }
    }
}

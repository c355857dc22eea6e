using System.Globalization;
using System.Text.RegularExpressions;

namespace UwsgiIt.Comparison.Loads;

/// <summary>wrk, one thread.</summary>
internal sealed partial record WrkLoad(string Path, int BodyBytes = 0, int Connections = 64, bool KeepAlive = true) : Load
{
    public override async Task<Seen> RunAsync(Ground ground, Entrant entrant, TimeSpan duration, CancellationToken cancellationToken)
    {
        // The closing line is ours: wrk rounds what it prints.
        var script = ground.File("wrk.lua");
        await File.WriteAllTextAsync(script, $$"""
            wrk.headers["Host"] = "{{Ground.Host}}"
            {{(KeepAlive ? "" : "wrk.headers[\"Connection\"] = \"close\"")}}
            {{(BodyBytes > 0 ? $"wrk.method = \"POST\"; wrk.body = string.rep(\"x\", {BodyBytes})" : "")}}
            done = function(s) local e = s.errors
              io.write(string.format("SEEN %d %d %d connect=%d read=%d write=%d status=%d timeout=%d\n", s.requests, s.bytes, s.duration, e.connect, e.read, e.write, e.status, e.timeout)) end
            """, cancellationToken);
        var output = await OutputAsync("wrk", ["-t1", $"-c{Connections}", $"-d{Seconds(duration)}s", "--timeout", "30s", "-s", script, Url(entrant, Path)], cancellationToken);
        var seen = Closing().Match(output).Groups;
        return new Seen(Value(1), Value(2), TimeSpan.FromMicroseconds(Value(3)), NoErrors().IsMatch(seen[4].Value) ? null : seen[4].Value);

        long Value(int group) => long.Parse(seen[group].Value, CultureInfo.InvariantCulture);
    }

    [GeneratedRegex(@"SEEN (\d+) (\d+) (\d+) (.*)")]
    private static partial Regex Closing();

    [GeneratedRegex("^[a-z]+=0( [a-z]+=0)*$")]
    private static partial Regex NoErrors();
}

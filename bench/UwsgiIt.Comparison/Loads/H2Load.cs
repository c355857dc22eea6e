using System.Globalization;
using System.Text.RegularExpressions;

namespace UwsgiIt.Comparison.Loads;

/// <summary>h2load of nghttp2.</summary>
internal sealed partial record H2Load(string Path, int Connections, int Streams) : Load
{
    public override async Task<Seen> RunAsync(Ground ground, Entrant entrant, TimeSpan duration, CancellationToken cancellationToken)
    {
        var output = await OutputAsync("h2load", [$"-c{Connections}", $"-m{Streams}", $"-D{Seconds(duration)}", "-H", $":authority: {Ground.Host}", Url(entrant, Path)], cancellationToken);
        var codes = Codes().Match(output).Groups;
        var answers = Value(codes[1]);

        // What was under way when the time was up counts as failed there; a server's own failures are of another status or an end before time.
        var bad = Value(codes[2]) + Value(codes[3]) + Value(codes[4]);
        return new Seen(answers, 0, TimeSpan.FromSeconds(Math.Max(1, (int)duration.TotalSeconds)), bad > 0 ? codes[0].Value : Errors().Match(output) is { Success: true } failed ? failed.Value : null);
    }

    private static long Value(Group group) => group.Success ? long.Parse(group.Value, CultureInfo.InvariantCulture) : 0;

    [GeneratedRegex(@"status codes: (\d+) 2xx, (\d+) 3xx, (\d+) 4xx, (\d+) 5xx")]
    private static partial Regex Codes();

    [GeneratedRegex("[1-9][0-9]* errored, [0-9]+ timeout")]
    private static partial Regex Errors();
}

using System.Globalization;
using System.Text.RegularExpressions;
using UwsgiIt.Tests.Common;

namespace UwsgiIt.Router.FunctionalTests.Edge;

/// <summary>A line of a table of attacks.</summary>
internal sealed record Attack(string Name, string Expected, string Bytes)
{
    public static IReadOnlyDictionary<string, Attack> Read(string file) =>
        File.ReadLines(Path.Combine(Captures.SourceRoot, "tests", "UwsgiIt.Router.FunctionalTests", "Edge", file))
            .Where(static line => line.Length > 0 && line[0] != '#')
            .Select(static line => line.Split(" | ", 3))
            .Select(static parts => new Attack(parts[0], parts[1], parts[2]))
            .ToDictionary(static attack => attack.Name);

    /// <summary>Statuses of the whole answers, in order; none for a connection that just ends.</summary>
    public IReadOnlyList<int> Statuses => Expected.TrimEnd('?') == "closed" ? [] : [.. Expected.TrimEnd('?').Split('+').Select(static status => int.Parse(status, CultureInfo.InvariantCulture))];

    /// <summary>True when the upstream may have seen the head before the body broke.</summary>
    public bool MayHaveBegun => Expected.EndsWith('?');

    public bool EndsSending => Bytes.EndsWith('!');

    public string BytesFor(string host) => Regex.Replace(
        Regex.Replace(Bytes.TrimEnd('!').Replace("{h}", host, StringComparison.Ordinal).Replace("{H}", host.ToUpperInvariant(), StringComparison.Ordinal), @"\{(.+?)\*(\d+)\}", static match => string.Concat(Enumerable.Repeat(match.Groups[1].Value, int.Parse(match.Groups[2].Value, CultureInfo.InvariantCulture)))),
        @"\\(x[0-9a-f]{2}|[rnt0\\])",
        static match => match.Groups[1].Value switch
        {
            "r" => "\r",
            "n" => "\n",
            "t" => "\t",
            "0" => "\0",
            "\\" => "\\",
            var hex => ((char)Convert.ToByte(hex[1..], 16)).ToString(),
        });
}

using System.Text;
using Microsoft.AspNetCore.Http;
using UwsgiIt.Api.Alarms;
using UwsgiIt.Api.Authentication;
using UwsgiIt.Api.Domains;
using UwsgiIt.Api.Hosting;
using UwsgiIt.Api.Legacy;
using static UwsgiIt.Fuzz.FuzzTarget;

namespace UwsgiIt.Fuzz;

/// <summary>What clients of the api send.</summary>
internal static class ApiTargets
{
    public static IReadOnlyDictionary<string, FuzzTarget> All { get; } = new Dictionary<string, FuzzTarget>
    {
        ["api-body"] = new(Body, Texts("{\"uid\": \"30001\", \"a\": [1, null], \"b\": 1.9}", "\uFEFF{\"a\": \"\\ud83d\\ude00\"}", "{\"\\ud83d\\\"a\": 1}", "null", "[]")),
        ["api-range"] = new(Range, Texts("6-3", "10", "9-10")),
        ["api-domain"] = new(Domain, Texts(".caff\u00e8.example.org.", "a_b.example.org")),
        ["api-login"] = new(Login, Texts("Basic bm9ib2R5Om5vdGhpbmc=", "bearer uit_x")),
    };

    private static void Body(byte[] bytes) => Refusing(() =>
    {
        var body = LegacyBody.Parse(bytes).AsObject();
        Refusing(() => body.Text("a"));
        Refusing(() => body.Long("a"));
        Refusing(() => body.Long("b"));
        Refusing(() => body.Flag("a"));
        Refusing(() => body.Strings("a"));
    });

    private static void Range(byte[] bytes) => Refusing(() => Check(AlarmRange.Parse(Encoding.UTF8.GetString(bytes)) is { Skip: >= 0, Take: >= 0 }, "a range before the beginning"));

    private static void Domain(byte[] bytes)
    {
        if (DomainName.TryNormalize(Encoding.UTF8.GetString(bytes), out var name))
        {
            Check(name.All(static letter => char.IsAsciiLetterLower(letter) || char.IsAsciiDigit(letter) || letter is '.' or '-' or '_') && !name.Contains("..", StringComparison.Ordinal), "a name that is no safe file name");
            Check(DomainName.TryNormalize(name, out var again) && again == name, "normalised again it is another");
        }
    }

    private static void Login(byte[] bytes)
    {
        var header = Encoding.Latin1.GetString(bytes);
        LoginHeaders.TryReadBasic(header, out _, out _);
        LoginHeaders.TryReadBearer(header, out _);
        LoginHeaders.TryReadHex(new HeaderDictionary { ["X-uwsgi-it-username"] = header, ["X-uwsgi-it-password"] = header }, out _, out _);
    }

    private static void Refusing(Action read)
    {
        try
        {
            read();
        }
        catch (Fault fault)
        {
            Check((int)fault.Kind is >= 400 and < 500, "a refusal that is our own fault");
        }
    }
}

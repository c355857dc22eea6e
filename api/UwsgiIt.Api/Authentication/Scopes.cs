using System.Diagnostics.CodeAnalysis;

namespace UwsgiIt.Api.Authentication;

/// <summary>What a token may do; written as words separated by spaces.</summary>
[Flags]
internal enum Scopes
{
    None = 0,

    /// <summary>Reads all that the user may read.</summary>
    Read = 1,

    /// <summary>Containers and what lives in them.</summary>
    Containers = 2,

    /// <summary>Domains and certificates.</summary>
    Domains = 4,

    /// <summary>Raises alarms, nothing else.</summary>
    AlarmsWrite = 8,

    /// <summary>Account, users and tokens.</summary>
    Account = 16,

    /// <summary>Operators' routes.</summary>
    Admin = 32,

    /// <summary>All the user may do.</summary>
    All = Read | Containers | Domains | AlarmsWrite | Account | Admin,
}

/// <summary>Scopes as the words of the api.</summary>
internal static class ScopeWords
{
    private static readonly Dictionary<string, Scopes> Words = new(StringComparer.Ordinal)
    {
        ["read"] = Scopes.Read,
        ["containers"] = Scopes.Containers,
        ["domains"] = Scopes.Domains,
        ["alarms:write"] = Scopes.AlarmsWrite,
        ["account"] = Scopes.Account,
        ["admin"] = Scopes.Admin,
        ["all"] = Scopes.All,
    };

    public static IEnumerable<string> Names => Words.Keys;

    public static bool TryRead(IEnumerable<string> words, out Scopes scopes, [NotNullWhen(false)] out string? unknown)
    {
        (scopes, unknown) = (Scopes.None, null);
        foreach (var word in words)
        {
            if (!Words.TryGetValue(word, out var scope))
            {
                unknown = word;
                return false;
            }

            scopes |= scope;
        }

        return true;
    }

    /// <summary>Unknown words of the database count for nothing.</summary>
    public static Scopes Read(string text) => text.Split(' ', StringSplitOptions.RemoveEmptyEntries).Aggregate(Scopes.None, static (all, word) => all | Words.GetValueOrDefault(word));
}

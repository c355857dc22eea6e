using UwsgiIt.Api.Hosting;
using UwsgiIt.Api.Resources;

namespace UwsgiIt.Api.Containers;

/// <summary>A container's ssh keys: a list outside, one a line in the database.</summary>
internal static class SshKeyText
{
    // An RSA-16384 key with options and comment is 4 KB; arbitrary beyond that.
    private const int MaxKey = 8192;

    public static string Join(IEnumerable<string> keys)
    {
        var lines = keys.Select(static key => TextRules.Line("ssh_keys", key.Trim('\r', '\n'), MaxKey)!).Where(static key => key.Length > 0);
        var text = string.Join('\n', lines);
        return text.Length <= TextRules.MaxLongText ? text : throw Fault.Invalid("ssh_keys", $"are longer than {TextRules.MaxLongText} characters together");
    }

    public static string[] Split(string text) => text.Replace("\r", "", StringComparison.Ordinal).Split('\n', StringSplitOptions.RemoveEmptyEntries);
}

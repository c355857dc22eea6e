using System.Text;

namespace UwsgiIt.Fuzz;

/// <summary>One reader: what to do with any bytes, and bytes to begin with. A target throws when the reader breaks a promise.</summary>
internal sealed record FuzzTarget(Action<byte[]> Run, IReadOnlyList<byte[]> Seeds)
{
    public static IReadOnlyList<byte[]> Texts(params string[] texts) => [.. texts.Select(Encoding.UTF8.GetBytes)];

    public static void Check(bool holds, string promise)
    {
        if (!holds)
        {
            throw new InvalidOperationException(promise);
        }
    }
}

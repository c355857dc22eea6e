using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.Win32.SafeHandles;
using UwsgiIt.Containerd.Contracts;
using UwsgiIt.Linux;

namespace UwsgiIt.Emperor.Setup;

/// <summary>What the daemon handed to a stage.</summary>
internal static class StageInput
{
    private const int MaxDescriptionBytes = 256 * 1024;

    /// <summary>The description, from memory that nobody can change any more.</summary>
    public static T Read<T>(JsonTypeInfo<T> type)
        where T : class
    {
        using var memory = new SafeFileHandle(StartDescription.DescriptionDescriptor, ownsHandle: true);
        if (!SealedMemory.IsSealed(memory) || RandomAccess.GetLength(memory) is var length && length > MaxDescriptionBytes)
        {
            throw new InvalidOperationException($"the description is not sealed, or longer than {MaxDescriptionBytes} bytes");
        }

        var text = new byte[length];
        _ = RandomAccess.Read(memory, text, 0);
        return JsonSerializer.Deserialize(text, type) ?? throw new JsonException("the description is null");
    }

    /// <summary>Returns once the daemon has put us into the container's cgroup.</summary>
    public static void WaitForGo(PacketSocket report)
    {
        Span<byte> word = stackalloc byte[16];
        var length = report.Receive(word, []);
        if (length <= 0 || Encoding.UTF8.GetString(word[..length]) != StartDescription.Go)
        {
            throw new InvalidOperationException("the daemon went away");
        }
    }

    /// <summary>The client's three streams.</summary>
    public static SafeFileHandle[] TakeStreams() =>
        [.. Enumerable.Range(SessionDescription.FirstStream, 3).Select(static descriptor => new SafeFileHandle(descriptor, ownsHandle: true))];
}

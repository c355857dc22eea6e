using System.Globalization;
using System.Text;
using System.Text.Unicode;
using Microsoft.Win32.SafeHandles;

namespace UwsgiIt.Linux;

/// <summary>
/// A file that somebody with more rights shall open as a container's customer would: how the router comes to keys that customers keep to themselves.
/// On the wire, one message of SOCK_SEQPACKET: the uid in decimal, a space, the path. The answer is empty and brings the descriptor, or says why not.
/// </summary>
/// <param name="UserId">The container's uid.</param>
/// <param name="Path">An absolute path.</param>
public readonly record struct FileRequest(uint UserId, string Path)
{
    /// <summary>Longest message, in bytes: PATH_MAX and the uid.</summary>
    public const int MaxBytes = 4096 + 11;

    private const int MaxAnswerBytes = 256;

    /// <summary>Reads a message; false for anything but what <see cref="Write"/> makes.</summary>
    public static bool TryRead(ReadOnlySpan<byte> message, out FileRequest request)
    {
        request = default;
        var space = message.IndexOf((byte)' ');
        if (message.Length > MaxBytes || space is < 1 or > 10 || !uint.TryParse(message[..space], NumberStyles.None, CultureInfo.InvariantCulture, out var uid)
            || uid.ToString(CultureInfo.InvariantCulture).Length != space)
        {
            return false;
        }

        var path = message[(space + 1)..];
        if (path.Length == 0 || path[0] != '/' || path.IndexOfAnyInRange((byte)0, (byte)0x1F) >= 0 || !Utf8.IsValid(path))
        {
            return false;
        }

        request = new FileRequest(uid, Encoding.UTF8.GetString(path));
        return true;
    }

    /// <summary>The message.</summary>
    public byte[] Write() => Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{UserId} {Path}"));

    /// <summary>Asks whoever listens at <paramref name="socket"/>; null with the reason when there is no answer in time, or it is no.</summary>
    public SafeFileHandle? TryOpen(string socket, TimeSpan patience, out string problem)
    {
        var descriptors = new List<SafeFileHandle>();
        try
        {
            using var broker = PacketSocket.Connect(socket);
            broker.SetTimeout(patience);
            broker.Send(Write());
            var answer = new byte[MaxAnswerBytes];
            var length = broker.Receive(answer, descriptors);
            if (length > 0 || descriptors.Count != 1)
            {
                descriptors.ForEach(static descriptor => descriptor.Dispose());
                problem = length > 0 ? Encoding.UTF8.GetString(answer, 0, length) : "no answer came";
                return null;
            }

            problem = "";
            return descriptors[0];
        }
        catch (LinuxException e)
        {
            descriptors.ForEach(static descriptor => descriptor.Dispose());
            problem = e.Message;
            return null;
        }
    }
}

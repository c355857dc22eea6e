using System.Globalization;
using MailKit.Net.Smtp;
using MailKit.Security;
using MimeKit;

namespace UwsgiIt.Containerd.Alarms;

/// <summary>Hands alarms to the host's mail server.</summary>
internal static class AlarmMail
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(20);

    /// <summary>Null when the server took it; what it will never take counts as taken, for a second try would not help.</summary>
    public static async Task<string?> TryAsync(string address, SpooledAlarm alarm, AlarmOptions options, CancellationToken cancellationToken)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(Timeout);
        try
        {
            using var client = new SmtpClient();
            var colon = options.MailServer!.LastIndexOf(':');
            await client.ConnectAsync(options.MailServer[..colon].Trim('[', ']'), int.Parse(options.MailServer.AsSpan(colon + 1), CultureInfo.InvariantCulture), SecureSocketOptions.StartTlsWhenAvailable, deadline.Token);
            if (options is { MailUser: { } user, MailPasswordFile: { } file })
            {
                await client.AuthenticateAsync(user, (await File.ReadAllTextAsync(file, deadline.Token)).TrimEnd('\n'), deadline.Token);
            }

            using var message = Message(address, alarm, options.MailFrom);
            await client.SendAsync(message, deadline.Token);
            await client.DisconnectAsync(quit: true, deadline.Token);
            return null;
        }
        catch (SmtpCommandException e)
        {
            return (int)e.StatusCode >= 500 ? null : $"answer {(int)e.StatusCode}";
        }
        catch (Exception e) when (e is IOException or System.Net.Sockets.SocketException or SmtpProtocolException or AuthenticationException or SslHandshakeException || (e is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            return e.GetType().Name;
        }
    }

    private static MimeMessage Message(string address, SpooledAlarm alarm, string from)
    {
        // A customer's words are the text and nothing else: none of them gets into a header.
        var message = new MimeMessage { Subject = string.Create(CultureInfo.InvariantCulture, $"Alarm of container {alarm.Container}"), Body = new TextPart("plain") { Text = alarm.Msg }, Date = DateTimeOffset.FromUnixTimeSeconds(alarm.Unix) };
        message.From.Add(MailboxAddress.Parse(from));
        message.To.Add(MailboxAddress.Parse(address));
        message.Headers.Add("Auto-Submitted", "auto-generated");
        return message;
    }
}

using System.Security.Cryptography;

namespace UwsgiIt.Api.Contracts;

/// <summary>
/// Keeps a host's part in step with the api, for ever: 1 follow the feed, 2 fetch the state when something may have changed, 3 apply it, 4 say so.
/// While the api is away nothing happens: what was applied stays.
/// </summary>
/// <typeparam name="T">The state.</typeparam>
public sealed class HostFollower<T>
    where T : class
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(30);
    private readonly Func<HostClient> _connect;
    private readonly string _agent;
    private readonly Func<HostClient, string?, CancellationToken, Task<HostFetch<T>>> _fetch;
    private readonly Func<T, CancellationToken, Task<bool>> _apply;
    private readonly Action<Exception> _failed;
    private readonly TimeProvider _time;
    private string? _etag;
    private long _reported = -1;

    /// <summary>Nothing happens before <see cref="RunAsync"/>.</summary>
    /// <param name="connect">Makes a client; called again after every failure, so that renewed certificates are taken.</param>
    /// <param name="agent">containerd or router, for receipts.</param>
    /// <param name="fetch">Fetches the state.</param>
    /// <param name="apply">Makes it so; false when it was refused or not done whole, and then there is no receipt.</param>
    /// <param name="failed">Told of every failure; the next attempt follows by itself.</param>
    /// <param name="time">Clock.</param>
    public HostFollower(Func<HostClient> connect, string agent, Func<HostClient, string?, CancellationToken, Task<HostFetch<T>>> fetch, Func<T, CancellationToken, Task<bool>> apply, Action<Exception> failed, TimeProvider time)
    {
        (_connect, _agent, _fetch, _apply, _failed, _time) = (connect, agent, fetch, apply, failed, time);
    }

    /// <summary>Runs until cancelled.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var pause = FirstPause;
        while (!cancellationToken.IsCancellationRequested)
        {
            try
            {
                using var client = _connect();

                // The feed's first word comes once it listens: what changed before is in the fetch that follows, what comes after is in the feed.
                await foreach (var version in client.FollowAsync(cancellationToken).ConfigureAwait(false))
                {
                    if (version > _reported || _reported < 0)
                    {
                        await StepAsync(client, cancellationToken).ConfigureAwait(false);
                        pause = FirstPause;
                    }
                }
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e) when (e is HttpRequestException or IOException or TimeoutException or OperationCanceledException or CryptographicException or System.Text.Json.JsonException or UnauthorizedAccessException or FormatException)
            {
                _failed(e);
            }

            // Not all hosts of a fleet at the same moment.
            var jittered = pause * (0.5 + Random.Shared.NextDouble());
            await Task.Delay(jittered, _time, cancellationToken).ContinueWith(static _ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default).ConfigureAwait(false);
            pause = pause * 2 < LongestPause ? pause * 2 : LongestPause;
        }
    }

    private async Task StepAsync(HostClient client, CancellationToken cancellationToken)
    {
        var fetched = await _fetch(client, _etag, cancellationToken).ConfigureAwait(false);
        if (fetched.State is { } state && !await _apply(state, cancellationToken).ConfigureAwait(false))
        {
            // Asked again with the next change, and whole.
            _etag = null;
            throw new IOException("What the api wants was not applied.");
        }

        _etag = fetched.ETag;
        await client.PostReceiptAsync(new HostReceipt { Agent = _agent, Version = fetched.Version }, cancellationToken).ConfigureAwait(false);
        _reported = fetched.Version;
    }
}

# What OpenSMTPD pipes a mail to: posts it to the webhook, the envelope beside it, and defers it when it is not taken.
# Called as: deliver.pl URL SECRET SENDER RECIPIENT, the mail on standard input; a null sender is an empty argument, for
# which the server writes no Return-Path. In Perl, because swaks brings it and the server's user may read nothing of ours.
use strict;
use warnings;
use HTTP::Tiny;

my ($url, $secret, $sender, $recipient) = @ARGV;
my $mail = do { local $/; binmode STDIN; <STDIN> };
my $answer = HTTP::Tiny->new(timeout => 20)->post($url, {
    content => $mail,
    headers => {
        'Authorization'   => "Bearer $secret",
        'Content-Type'    => 'message/rfc822',
        'X-Envelope-From' => "<$sender>",
        'X-Envelope-To'   => $recipient,
    },
});
exit($answer->{success} ? 0 : 75);    # sysexits.h, EX_TEMPFAIL: the server tries again
